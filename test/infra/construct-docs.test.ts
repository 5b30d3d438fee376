import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { tokenHashes, tokenName } from "../../lambda/functions/bearer-token.ts";

const docs = readFileSync("docs/construct.md", "utf8");

it("the page on the construct has a row for each property, in their order", () => {
  const props = readFileSync("infra/savepoint-props.ts", "utf8");
  const declared = [...props.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
  const told = [...docs.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name);
  expect(declared.length).toBeGreaterThan(20);
  expect(told).toEqual(declared);
});

it("its recipe for a token makes one that the authorizer knows", () => {
  const [, recipe = ""] = /```sh\n(token=[^]*?)```/.exec(docs) ?? [];
  const out = execFileSync("sh", ["-c", `${recipe}echo "$token"`], { encoding: "utf8" });
  const [secret = "", token = ""] = out.split("\n");
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(tokenName(token, tokenHashes(secret))).toBe("ci");
});
