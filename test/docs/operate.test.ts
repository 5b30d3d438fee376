import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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
  const used = new Set(
    rest.flatMap((block) => [...block.matchAll(/\$\{?([A-Z_]+)/g)].map(([, name]) => name)),
  );
  // The page says what the table's name is to be put for.
  expect([...used]).toEqual(["SWEEPER", "TABLE"]);
  const script = `set -euo pipefail\n${AWS}\n${first}\necho "$SWEEPER"; bash -c 'echo $SAVEPOINT_ENDPOINT'`;
  expect(execFileSync("bash", ["-c", script], { encoding: "utf8" })).toBe(
    "the-sweeper\nhttps://a.execute-api.eu-central-1.amazonaws.com/v1/\n",
  );
});

it("the page on operation waits for a restored table for as long as it is being made, and not after an error", () => {
  const [, waits = ""] = /^ +(while state=.*)$/m.exec(docs) ?? [];
  const waited = (third: string) => {
    const aws = `aws() {
      [ "$1 $2 $4" = "dynamodb describe-table runs-restored" ] || return 1
      echo asked >&2
      case $(wc -l < "$ASKED") in 1|2) echo CREATING ;; *) ${third} ;; esac
    }`;
    const script = `set -u
      ASKED=$(mktemp); TABLE=runs
      sleep() { echo "slept $1"; }
      ${aws}
      { ${waits}; } 2> "$ASKED"
      rm "$ASKED"`;
    return execFileSync("bash", ["-c", script], { encoding: "utf8", timeout: 10_000 });
  };
  expect(waited("echo ACTIVE")).toBe("slept 20\nslept 20\n");
  expect(waited("return 1")).toBe("slept 20\nslept 20\n");
});

it("no page has a colon and a letter right after a variable, which zsh takes for a modifier", () => {
  const pages = readdirSync("docs").filter((name) => name.endsWith(".md"));
  expect(pages).toContain("operate.md");
  const modified = pages.flatMap((name) =>
    [...readFileSync(`docs/${name}`, "utf8").matchAll(/```sh\n([^]*?)```/g)].flatMap(
      ([, commands = ""]) => commands.match(/\$\w+:[a-zA-Z]/g) ?? [],
    ),
  );
  expect(modified).toEqual([]);
});
