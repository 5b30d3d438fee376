import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

const docs = readFileSync("docs/operate.md", "utf8");
const blocks = [...docs.matchAll(/```sh\n([^]*?)```/g)].map(([, commands = ""]) => commands);

/** Stands in for AWS's command line: what the stack's outputs are. */
const AWS = `aws() {
  case "$*" in
    *--stack-name\\ Digest*OutputKey==\\'ApiUrl\\'*) echo https://a.execute-api.eu-central-1.amazonaws.com/v1/ ;;
    *--stack-name\\ Digest*OutputKey==\\'FunctionNames\\'*) echo the-worker the-api the-sweeper ;;
    *) return 1 ;;
  esac
}`;

it("the page on operation begins by naming the deployment, and sets what its commands use", () => {
  const [first = "", ...rest] = blocks;
  const used = new Set(rest.flatMap((block) => block.match(/\$\{?[A-Z_]+/g) ?? []));
  // The page says what the table's name is to be put for.
  expect([...used]).toEqual(["$SWEEPER", "$TABLE"]);
  const script = `set -euo pipefail\n${AWS}\n${first}\necho "$SWEEPER"; bash -c 'echo $SAVEPOINT_ENDPOINT'`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe(
    "the-sweeper\nhttps://a.execute-api.eu-central-1.amazonaws.com/v1/\n",
  );
});
