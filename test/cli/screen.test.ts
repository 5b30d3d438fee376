import { describe, expect, it } from "vitest";
import { Screen } from "../../cli/screen.ts";
import { FakeOutput } from "./fake-host.ts";

/** What a terminal shows of what was written: it knows just the sequences that a screen uses. */
function shown(written: string): string[] {
  const text = written.replaceAll("\u001B", "^");
  const rows: string[] = [];
  let row = 0;
  for (const [part, up, wipe] of text.matchAll(/\^\[(\d+)A|(\^\[0J)|\^\[\?7[lh]|\n|[^^\n]+/g)) {
    if (up !== undefined) row -= Number(up);
    else if (wipe !== undefined) rows.length = row;
    else if (part === "\n") row += 1;
    else if (!part.startsWith("^")) rows[row] = (rows[row] ?? "") + part;
  }
  return rows;
}

function terminal(): { output: FakeOutput; screen: Screen } {
  const output = new FakeOutput();
  output.isTTY = true;
  return { output, screen: new Screen(output) };
}

describe("a screen", () => {
  it("redraws in place, whether it grows or shrinks", () => {
    const { output, screen } = terminal();
    screen.show(["one", "two"]);
    screen.show(["one", "two", "three"]);
    expect(shown(output.text)).toEqual(["one", "two", "three"]);
    screen.show(["four"]);
    expect(shown(output.text)).toEqual(["four"]);
  });

  it("lets what is said scroll up above what is drawn", () => {
    const { output, screen } = terminal();
    screen.say("first");
    screen.show(["a", "b"]);
    screen.say("second");
    screen.show(["c"]);
    expect(shown(output.text)).toEqual(["first", "second", "c"]);
  });

  it("leaves alone what it was told to keep", () => {
    const { output, screen } = terminal();
    screen.show(["a"]);
    screen.keep();
    screen.show(["b"]);
    expect(shown(output.text)).toEqual(["a", "b"]);
  });

  it("draws nothing where nothing can be redrawn", () => {
    const output = new FakeOutput();
    const screen = new Screen(output);
    screen.show(["a"]);
    screen.say("b");
    expect(output.text).toBe("b\n");
  });

  it("wraps again after every drawing, so that a killed command leaves a good terminal", () => {
    const { output, screen } = terminal();
    screen.show(["a"]);
    expect(output.text.lastIndexOf("\u001B[?7h")).toBeGreaterThan(
      output.text.lastIndexOf("\u001B[?7l"),
    );
  });
});
