import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { duration, plainJson, plainLine, plainText } from "../../cli/plain-text.ts";

const ESC = "\u001B";

describe("plainText", () => {
  it.each([
    ["colours", `${ESC}[31mred${ESC}[0m`, "red"],
    ["a title set by BEL", `${ESC}]0;owned\u0007text`, "text"],
    ["a link set by ST", `${ESC}]8;;http://evil.example${ESC}\\text${ESC}]8;;${ESC}\\`, "text"],
    ["an 8-bit CSI", "\u009B2Jtext", "text"],
    ["a full reset", `${ESC}ctext`, "text"],
    ["an escape that has no end", `text${ESC}`, "text"],
    ["a carriage return that would write over the line", "good\rbad", "goodbad"],
    ["backspaces", "ab\b\bcd", "abcd"],
    ["text turned round", "a\u202Eb\u2066c", "abc"],
  ])("takes out %s", (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("keeps lines, tabs and letters of any script", () => {
    const text = "# Título\n\n\t- 日本語 🙂\n";
    expect(plainText(text)).toBe(text);
    expect(plainText("a\r\nb")).toBe("a\nb");
  });

  it("lets no control character through, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(plainText(text)).not.toMatch(/[^\P{Cc}\t\n]/u);
      }),
    );
  });
});

describe("plainLine", () => {
  it("makes one line of several", () => {
    expect(plainLine(" a\n\tb  c ")).toBe("a b c");
  });

  it("cuts between characters, not inside of them", () => {
    expect(plainLine("🙂🙂🙂🙂", 3)).toBe("🙂🙂…");
  });
});

describe("plainJson", () => {
  it("escapes what JSON lets pass and a terminal obeys", () => {
    const text = plainJson({ text: "\u009B2J\u202E" });
    expect(text).toContain(String.raw`\u009b2J\u202e`);
    expect(JSON.parse(text)).toEqual({ text: "\u009B2J\u202E" });
  });

  it("says null for a value that is absent", () => {
    expect(plainJson(undefined)).toBe("null");
  });
});

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [-5, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [59_999, "59.9 s"],
    [60_000, "1 min 0 s"],
    [3_725_000, "1 h 2 min"],
    [90_000_000, "1 d 1 h"],
  ])("says %i ms as %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
