import { expect, it } from "vitest";
import { descriptor } from "../../infra/descriptor.ts";
import { TOKEN_ROUTES } from "../../lambda/api/token-routes.ts";
import { LIMITS } from "../../lambda/core/limits.ts";
import { answeredBy } from "./rights.ts";
import { synthesize } from "./synthesize.ts";

const { tokens } = descriptor.http;
const open = synthesize({ publicTokens: true });

it("opens the completion of tokens when it is told to, and nothing else", () => {
  const closed = ["ANY / AWS_IAM", "ANY /{proxy+} AWS_IAM"];
  expect(answeredBy(synthesize())).toEqual(closed);
  expect(answeredBy(open)).toEqual([...closed, "POST /tokens/{token} NONE"]);
});

it("gives what is open a throttle of its own, far below that of the API", () => {
  expect(open.one("AWS::ApiGateway::Stage").Properties["MethodSettings"]).toEqual([
    expect.objectContaining({ HttpMethod: "*", ResourcePath: "/*", ThrottlingRateLimit: 100 }),
    {
      DataTraceEnabled: false,
      HttpMethod: "POST",
      ResourcePath: "/~1tokens~1{token}",
      ThrottlingRateLimit: tokens.requestsPerSecond,
      ThrottlingBurstLimit: tokens.burst,
    },
  ]);
});

it("opens a route that the API has, with a limit on its body", () => {
  expect(TOKEN_ROUTES).toMatchObject([
    { method: tokens.method, path: tokens.path, bodyBytesMax: LIMITS.tokenBodyBytes },
  ]);
});

it("lets the function be called by that method, too", () => {
  const sources = Object.values(open.all("AWS::Lambda::Permission")).map(({ Properties }) =>
    JSON.stringify(Properties["SourceArn"] ?? ""),
  );
  expect(sources.filter((source) => source.includes("/POST/tokens/*"))).toHaveLength(1);
});
