import { describe, expect, it } from "vitest";
import { complaints, refusalText } from "../../cli/refusal.ts";
import { ApiError } from "../../lambda/http/api-error.ts";

const refused = (message: string, details?: unknown) =>
  new ApiError(message, { status: 422, code: "validation", details });

describe("what the API refuses", () => {
  it("is harmless for a terminal", () => {
    expect(refusalText(refused("input is\u001B[2J wrong"))).toBe("input is wrong");
  });

  it("is shown with the complaints about fields that the message leaves out", () => {
    const issues = [
      { path: "topic", message: "too short" },
      { path: "", message: "unknown\u001B[2J field" },
    ];
    const error = refused("input is wrong: topic: too short", { issues });
    expect(complaints(error)).toEqual(["input: unknown field"]);
    expect(complaints(refused("gone", { issues: "none" }))).toEqual([]);
  });
});
