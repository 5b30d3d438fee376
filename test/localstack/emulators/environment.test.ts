import { describe, expect, test } from "vitest";
import {
  emulatorEndpoint,
  emulatorEnvironment,
} from "../../../localstack/emulators/environment.ts";
import { startMiniStack } from "../../../localstack/emulators/ministack.ts";

const ENDPOINT = "http://127.0.0.1:4566";

describe("an emulator's endpoint", () => {
  test.each([
    [`${ENDPOINT}/`, ENDPOINT],
    ["https://localhost:4570", "https://localhost:4570"],
    ["http://[::1]:4566", "http://[::1]:4566"],
    ["http://127.1.2.3:4566", "http://127.1.2.3:4566"],
  ])("may be %s", (text, origin) => {
    expect(emulatorEndpoint(text)).toBe(origin);
  });

  test.each([
    "https://dynamodb.us-east-1.amazonaws.com",
    "http://127.0.0.1.example.com:4566",
    "http://user@127.0.0.1:4566",
    "http://127.0.0.1@example.com",
    "http://10.0.0.1:4566",
    "http://127.0.0.1:4566/path",
    "http://127.0.0.1:4566/?a=b",
    "file:///127.0.0.1",
    "127.0.0.1:4566",
    "",
  ])("is refused when it may lead off this machine: %s", (text) => {
    expect(() => emulatorEndpoint(text)).toThrow(`the endpoint is "${text}"; give one on this`);
  });
});

describe("the variables for an emulator", () => {
  test("hold nothing of a person's AWS set-up", () => {
    const mine = {
      AWS_PROFILE: "production",
      AWS_SESSION_TOKEN: "secret",
      AWS_ENDPOINT_URL_DYNAMODB: "https://dynamodb.example.com",
      AWS_WEB_IDENTITY_TOKEN_FILE: "/token",
      AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/admin",
      CDK_NEW_BOOTSTRAP: "1",
      PATH: "/bin",
      UNSET: undefined,
    };
    const variables = emulatorEnvironment(ENDPOINT, mine);
    expect(variables).toMatchObject({
      PATH: "/bin",
      AWS_ENDPOINT_URL: ENDPOINT,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      CDK_DEFAULT_ACCOUNT: "000000000000",
    });
    const values = Object.values(variables).join(" ");
    expect(values).not.toMatch(/production|secret|example|token|123456789012/);
    expect(variables).not.toHaveProperty("CDK_NEW_BOOTSTRAP");
    expect(variables).not.toHaveProperty("UNSET");
  });

  test("are refused for an endpoint that is not on this machine", () => {
    expect(() => emulatorEnvironment("https://example.com", {})).toThrow("the endpoint is");
  });
});

test("a MiniStack that is not installed says how to install it", async () => {
  const options = { directory: "/nowhere", port: 1, program: "/nowhere/ministack" };
  await expect(startMiniStack(options)).rejects.toThrow("npm run ministack:install");
});
