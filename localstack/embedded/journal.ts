import * as nodeFiles from "node:fs";
import { join } from "node:path";
import { JournalFile, type JournalFiles } from "./journal-file.ts";
import { encodeLine } from "./journal-lines.ts";

export type { JournalFiles };

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
   * event loop back: a snapshot may stand in for it. Resolves once it has been written to the file;
   * records appended within one turn of the event loop share one write. Rejects, as do all appends
   * after, when the file cannot be written: the store's memory is then ahead of its disk, and it
   * must answer nothing more.
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
  const { files = nodeFiles, dir, name, fsync = false } = options;
  files.mkdirSync(dir, { recursive: true });
  const file = new JournalFile(join(dir, `${name}.journal`), files, fsync);
  for (const json of file.read()) {
    const record: R = JSON.parse(json);
    options.onRecord(record);
  }
  return new FileJournal(options, file);
}

class FileJournal<R> implements Journal<R> {
  readonly #options: JournalOptions<R>;
  readonly #file: JournalFile;
  #compactAt = 0;
  #waiting: Batch | undefined;
  #inFlight: Batch | undefined;
  #failure: Error | undefined;

  constructor(options: JournalOptions<R>, file: JournalFile) {
    this.#options = options;
    this.#file = file;
    this.#compact();
  }

  append(record: R): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (!this.#waiting) {
      this.#waiting = newBatch();
      setImmediate(() => this.#flush());
    }
    this.#waiting.lines += encodeLine(record);
    return this.#waiting.written;
  }

  pending(): Promise<void> | undefined {
    return (this.#waiting ?? this.#inFlight)?.written;
  }

  failure(): Error | undefined {
    return this.#failure;
  }

  async close(): Promise<void> {
    try {
      for (let written = this.pending(); written; written = this.pending()) await written;
    } finally {
      this.#failure ??= new Error(`the journal ${this.#file.path} is closed`);
      this.#file.close();
    }
  }

  #flush(): void {
    if (this.#inFlight || !this.#waiting) return;
    this.#inFlight = this.#waiting;
    this.#waiting = undefined;
    try {
      this.#file.append(this.#inFlight.lines, (error) =>
        error ? this.#fail(error) : this.#settle(),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #settle(): void {
    this.#inFlight?.resolve();
    this.#inFlight = undefined;
    try {
      if (this.#file.bytes >= this.#compactAt) this.#compact();
    } catch (error) {
      return this.#fail(error);
    }
    this.#flush();
  }

  /** A snapshot holds the waiting records too, since memory is changed when they are appended. */
  #compact(): void {
    this.#file.replace(this.#options.snapshot());
    const { compactAtBytes = COMPACT_AT_BYTES } = this.#options;
    this.#compactAt = Math.max(compactAtBytes, 2 * this.#file.bytes);
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  #fail(cause: unknown): void {
    this.#failure ??= new Error(
      `the journal ${this.#file.path} cannot be written; free the disk or mend the folder, ` +
        "then restart",
      { cause },
    );
    this.#inFlight?.reject(this.#failure);
    this.#waiting?.reject(this.#failure);
    this.#inFlight = this.#waiting = undefined;
  }
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
