import { crc32 } from "node:zlib";

const NEWLINE = 10;
/** Eight hexadecimal digits and a space. */
const CHECKSUM_LENGTH = 9;

/** A record as one line: CRC-32 of its JSON in hexadecimal, a space, the JSON, a newline. */
export function encodeLine(record: unknown): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/**
 * The JSON of each record among a journal's bytes, in order. A last line that is incomplete was cut
 * off by a crash before anybody was told that it is written, and is left out.
 *
 * @throws Error when a line is damaged though a later one follows: nothing is dropped silently.
 */
export function* decodeLines(path: string, bytes: Buffer): Generator<string> {
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    const text = bytes.toString("utf8", start, end);
    const isIntact = newline !== -1 && isLineIntact(text);
    start = end + 1;
    if (isIntact) yield text.slice(CHECKSUM_LENGTH);
    else if (start < bytes.length) throw damaged(path, line);
  }
}

function isLineIntact(text: string): boolean {
  return text.startsWith(`${checksum(text.slice(CHECKSUM_LENGTH))} `);
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}

function damaged(path: string, line: number): Error {
  return new Error(
    `line ${line} of the journal ${path} is damaged (its checksum does not match) and more lines ` +
      "follow it; restore the file from a copy, or cut it off before that line to give up what follows",
  );
}
