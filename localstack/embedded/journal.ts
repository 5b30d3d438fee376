import * as nodeFiles from "node:fs";
import { dirname, join } from "node:path";
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

/** Where a journal lives and how careful it is; the part that whoever starts a store chooses. */
export interface JournalPlace {
  /** Folder of the journal; made when missing. One process at a time may have it open. */
  readonly dir: string;
  /**
   * Wait for the disk before a write is acknowledged, so that a power cut loses none either. Without
   * it (the default) acknowledged writes survive the death of the process, not of the machine.
   */
  readonly fsync?: boolean;
  /**
   * Bytes from which the journal is replaced by a snapshot (64 MiB by default), or twice the last
   * snapshot where that is more, so that writing snapshots never costs more than writing records.
   */
  readonly compactAtBytes?: number;
  /** File system calls; `node:fs` by default. */
  readonly files?: JournalFiles;
}

/** A journal's place, its name, and the state it stands for. */
export interface JournalOptions<R> extends JournalPlace {
  /** File name without extension: letters, digits, `-`. */
  readonly name: string;
  /** Called for each record of the file, in the order written, before `openJournal` returns. */
  readonly onRecord: (record: R) => void;
  /** The whole present state as records; it replaces all records before it. */
  readonly snapshot: () => Iterable<R>;
}

/** An append-only file of JSON records that outlives its process. */
export interface Journal<R> {
  /**
   * Adds a record, which the store must have applied to its memory, or apply before it gives the
   * event loop back: a snapshot may stand in for it. Resolves once it has been written to the file; records appended within one turn
   * of the event loop share one write. Rejects, as do all appends after, when the file cannot be
   * written: the store's memory is then ahead of its disk, and it must answer nothing more.
   */
  append(record: R): Promise<void>;
  /**
   * Resolves once everything appended so far is written; undefined when it already is. A reply that
   * shows a record must wait for it, or a crash could take back what somebody has seen.
   */
  pending(): Promise<void> | undefined;
  /** Why the journal takes no more records; undefined while it does. */
  failure(): Error | undefined;
  /** Writes what is pending and closes the file. */
  close(): Promise<void>;
}

const COMPACT_AT_BYTES = 64 * 1024 * 1024;
const SNAPSHOT_CHUNK_CHARACTERS = 1024 * 1024;

/** Records that will be written together. */
interface Batch {
  lines: string;
  readonly written: Promise<void>;
  resolve(): void;
  reject(error: Error): void;
}

/**
 * Opens `<dir>/<name>.journal`: replays its records, drops a line torn by a crash, and replaces the
 * file by a snapshot in one atomic rename, so that a crash at any point leaves the old file or the
 * new one.
 *
 * @throws Error when a line other than the last is damaged (naming file and line), or when the file
 * system refuses.
 */
export function openJournal<R>(options: JournalOptions<R>): Journal<R> {
  const { files = nodeFiles, fsync = false, compactAtBytes = COMPACT_AT_BYTES } = options;
  const path = join(options.dir, `${options.name}.journal`);
  files.mkdirSync(options.dir, { recursive: true });
  if (files.existsSync(path)) {
    for (const json of decodeLines(path, files.readFileSync(path))) {
      const record: R = JSON.parse(json);
      options.onRecord(record);
    }
  }
  let file = writeSnapshot(files, path, options.snapshot(), fsync);
  let compactAt = Math.max(compactAtBytes, 2 * file.bytes);
  let waiting: Batch | undefined;
  let inFlight: Batch | undefined;
  let failure: Error | undefined;

  const pending = (): Promise<void> | undefined => (waiting ?? inFlight)?.written;

  function fail(cause: unknown): void {
    failure ??= new Error(
      `the journal ${path} cannot be written; free the disk or mend the folder, then restart`,
      { cause },
    );
    inFlight?.reject(failure);
    waiting?.reject(failure);
    inFlight = waiting = undefined;
  }

  /** A snapshot holds the waiting records too, since memory is changed when they are appended. */
  function compact(): void {
    const before = file.descriptor;
    file = writeSnapshot(files, path, options.snapshot(), fsync);
    compactAt = Math.max(compactAtBytes, 2 * file.bytes);
    waiting?.resolve();
    waiting = undefined;
    files.closeSync(before);
  }

  function settle(): void {
    inFlight?.resolve();
    inFlight = undefined;
    try {
      if (file.bytes >= compactAt) compact();
    } catch (error) {
      return fail(error);
    }
    flush();
  }

  function flush(): void {
    if (inFlight || !waiting) return;
    inFlight = waiting;
    waiting = undefined;
    try {
      file.bytes += writeAll(files, file.descriptor, inFlight.lines);
      if (fsync) files.fdatasync(file.descriptor, (error) => (error ? fail(error) : settle()));
    } catch (error) {
      return fail(error);
    }
    if (!fsync) settle();
  }

  return {
    append(record) {
      if (failure) return Promise.reject(failure);
      if (!waiting) {
        waiting = newBatch();
        setImmediate(flush);
      }
      waiting.lines += encodeLine(record);
      return waiting.written;
    },
    pending,
    failure: () => failure,
    async close() {
      try {
        for (let written = pending(); written; written = pending()) await written;
      } finally {
        failure ??= new Error(`the journal ${path} is closed`);
        files.closeSync(file.descriptor);
      }
    },
  };
}

function newBatch(): Batch {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const written = new Promise<void>((onWritten, onError) => {
    resolve = onWritten;
    reject = onError;
  });
  // Those who wait see the rejection; a batch that nobody waits for must not end the process, and
  // its error is kept as `failure`.
  written.catch(() => {});
  return { lines: "", written, resolve, reject };
}

/** Writes the records to a fresh file and puts it in the place of the old one. */
function writeSnapshot(
  files: JournalFiles,
  path: string,
  records: Iterable<unknown>,
  fsync: boolean,
): { descriptor: number; bytes: number } {
  const fresh = `${path}.new`;
  const descriptor = files.openSync(fresh, "w", 0o600);
  let bytes = 0;
  let lines = "";
  for (const record of records) {
    lines += encodeLine(record);
    if (lines.length < SNAPSHOT_CHUNK_CHARACTERS) continue;
    bytes += writeAll(files, descriptor, lines);
    lines = "";
  }
  bytes += writeAll(files, descriptor, lines);
  if (fsync) files.fsyncSync(descriptor);
  files.renameSync(fresh, path);
  if (fsync) syncFolder(files, dirname(path));
  return { descriptor, bytes };
}

/** A rename is on the disk only when its folder is. */
function syncFolder(files: JournalFiles, folder: string): void {
  const descriptor = files.openSync(folder, "r");
  files.fsyncSync(descriptor);
  files.closeSync(descriptor);
}

/** A write may take only a part; returns the bytes written. */
function writeAll(files: JournalFiles, descriptor: number, text: string): number {
  const bytes = Buffer.from(text);
  let done = 0;
  while (done < bytes.length) done += files.writeSync(descriptor, bytes, done);
  return bytes.length;
}
