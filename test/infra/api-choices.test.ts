import { Token } from "aws-cdk-lib";
import { expect, it } from "vitest";
import { assertApiChoices } from "../../infra/api-choices.ts";
import { synthesize } from "./synthesize.ts";

const CHOICES = { requestsPerSecond: 100, requestsBurst: 200, corsOrigins: [] };

it.each([
  [{ requestsPerSecond: 0 }, "requestsPerSecond is 0; give a number above 0"],
  [{ requestsPerSecond: -1 }, "requestsPerSecond is -1;"],
  [{ requestsPerSecond: Number.NaN }, "requestsPerSecond is NaN;"],
  [{ requestsPerSecond: Number.POSITIVE_INFINITY }, "requestsPerSecond is Infinity;"],
  [{ requestsBurst: 0 }, "requestsBurst is 0; give a whole number above 0"],
  [{ requestsBurst: -5 }, "requestsBurst is -5;"],
  [{ requestsBurst: 2.5 }, "requestsBurst is 2.5; give a whole number above 0"],
])("an API that takes %o is refused, with the number", (change, message) => {
  expect(() => assertApiChoices({ ...CHOICES, ...change })).toThrow(message);
});

it("an API may take less than a request a second", () => {
  expect(() => assertApiChoices({ ...CHOICES, requestsPerSecond: 0.5 })).not.toThrow();
});

it.each([
  "https://app.example.com",
  "https://app.example.com:8443",
  "https://[2001:db8::1]",
  "http://localhost:5173",
  "http://app.localhost",
  "http://127.0.0.1:3000",
  "http://[::1]:3000",
])("pages of %s can be named", (origin) => {
  expect(() => assertApiChoices({ ...CHOICES, corsOrigins: [origin] })).not.toThrow();
});

it.each([
  ["a wildcard", "*"],
  ["a wildcard in its host", "https://*.example.com"],
  ["a slash at its end", "https://app.example.com/"],
  ["a path", "https://app.example.com/app"],
  ["no scheme", "app.example.com"],
  ["plain HTTP to another machine", "http://app.example.com"],
  ["plain HTTP to a name that begins like the own machine's", "http://localhost.example.com"],
  ["another scheme", "ftp://app.example.com"],
  ["the default port, which browsers leave out", "https://app.example.com:443"],
  ["capitals, which browsers make small", "https://App.example.com"],
  ["user and password", "https://me:secret@app.example.com"],
  ["two in one", "https://a.example,https://b.example"],
  ["a quote, which ends the value in API Gateway", "https://a'b.example"],
  ["no host", "https://"],
  ["nothing", ""],
])("an origin with %s is refused", (_, origin) => {
  const corsOrigins = ["https://app.example.com", origin];
  expect(() => assertApiChoices({ ...CHOICES, corsOrigins })).toThrow(
    `corsOrigins has "${origin}"; give each origin as browsers send it`,
  );
});

it("what CloudFormation alone knows is let through", () => {
  const corsOrigins = [`https://${Token.asString({ "Fn::GetAtt": ["Site", "DomainName"] })}`];
  const requestsPerSecond = Token.asNumber({ Ref: "Rate" });
  const requestsBurst = Token.asNumber({ Ref: "Burst" });
  expect(() => assertApiChoices({ requestsPerSecond, requestsBurst, corsOrigins })).not.toThrow();
});

it("a deployment is refused for them", () => {
  expect(() => synthesize({ requestsBurst: 0 })).toThrow("requestsBurst is 0");
});
