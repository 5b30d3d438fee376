import type * as nodeFiles from "node:fs";
import { dirname } from "node:path";
import { decodeLines, encodeLine } from "./journal-lines.ts";

/** The calls to the file system that a journal makes; tests replace them to fail or to stop. */
export type JournalFiles = Pick<
  typeof nodeFiles,
  | "closeSync"
  | "existsSync"
  | "fdatasync"
  | "fsyncSync"
  | "mkdirSync"
  | "openSync"
  | "readFileSync"
  | "renameSync"
  | "writeSync"
>;

const SNAPSHOT_CHUNK_CHARACTERS = 1024 * 1024;

/** The file of a journal: lines are added to its end, and all of it is replaced at once. */
export class JournalFile {
  readonly path: string;
  /** Size of the file, bytes. */
  bytes = 0;
  readonly #files: JournalFiles;
  readonly #fsync: boolean;
  #descriptor: number | undefined;

  /** @param fsync whether what is written must have reached the disk before it counts */
  constructor(path: string, files: JournalFiles, fsync: boolean) {
    this.path = path;
    this.#files = files;
    this.#fsync = fsync;
  }

  /** The JSON of each record that the file holds; none when there is no file yet. */
  *read(): Generator<string> {
    if (!this.#files.existsSync(this.path)) return;
    yield* decodeLines(this.path, this.#files.readFileSync(this.path));
  }

  /** Writes the records to a fresh file and puts it in the place of the old one. */
  replace(records: Iterable<unknown>): void {
    const files = this.#files;
    const before = this.#descriptor;
    const fresh = `${this.path}.new`;
    const descriptor = files.openSync(fresh, "w", 0o600);
    let bytes = 0;
    let lines = "";
    for (const record of records) {
      lines += encodeLine(record);
      if (lines.length < SNAPSHOT_CHUNK_CHARACTERS) continue;
      bytes += this.#write(descriptor, lines);
      lines = "";
    }
    bytes += this.#write(descriptor, lines);
    if (this.#fsync) files.fsyncSync(descriptor);
    files.renameSync(fresh, this.path);
    if (this.#fsync) this.#syncFolder();
    this.#descriptor = descriptor;
    this.bytes = bytes;
    if (before !== undefined) files.closeSync(before);
  }

  /** Adds lines to the file, which must have been replaced once; calls `done` when they count. */
  append(lines: string, done: (error: Error | null) => void): void {
    const descriptor = this.#descriptor ?? -1;
    this.bytes += this.#write(descriptor, lines);
    if (this.#fsync) this.#files.fdatasync(descriptor, done);
    else done(null);
  }

  /** Closes the file. */
  close(): void {
    if (this.#descriptor !== undefined) this.#files.closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  /** A write may take only a part; returns the bytes written. */
  #write(descriptor: number, text: string): number {
    const bytes = Buffer.from(text);
    let done = 0;
    while (done < bytes.length) done += this.#files.writeSync(descriptor, bytes, done);
    return bytes.length;
  }

  /** A rename is on the disk only when its folder is. */
  #syncFolder(): void {
    const descriptor = this.#files.openSync(dirname(this.path), "r");
    this.#files.fsyncSync(descriptor);
    this.#files.closeSync(descriptor);
  }
}
