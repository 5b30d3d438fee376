import { spawnSync } from "node:child_process";
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

it("its recipe for a token shows one that the authorizer knows by what it puts into the secret", () => {
  const [, recipe = ""] = /```sh\n(token=[^]*?)```/.exec(docs) ?? [];
  // Stands in for AWS's command line; what is put goes to the third descriptor.
  const aws = `aws() {
    case "$1 $2" in
      "cloudformation describe-stacks") echo "arn-of-$4" ;;
      "secretsmanager put-secret-value") printf '%s\\n' "$@" >&3 ;;
      *) return 1 ;;
    esac
  }`;
  const script = `set -eu\n${aws}\n${recipe}`;
  const { status, output } = spawnSync("sh", ["-c", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe", "pipe"],
  });
  const [, token = "", complaint, put = ""] = output.map((text) => text ?? "");
  expect([status, complaint]).toEqual([0, ""]);
  expect(token).toMatch(/^[\w-]{43}\n$/);
  const [, , idOption, id, textOption, text = ""] = put.split("\n");
  expect([idOption, id, textOption]).toEqual(["--secret-id", "arn-of-Digest", "--secret-string"]);
  expect(tokenName(token.trim(), tokenHashes(text))).toBe("ci");
});
