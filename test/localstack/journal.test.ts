import * as nodeFiles from "node:fs";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Journal,
  type JournalFiles,
  type JournalPlace,
  openJournal,
} from "../../localstack/embedded/journal.ts";

type Entry = [key: string, value: string];

/** The smallest store: a map whose every change is journalled before it is acknowledged. */
function openStore(place: JournalPlace): {
  state: Map<string, string>;
  journal: Journal<Entry>;
  set: (key: string, value: string) => Promise<void>;
} {
  const state = new Map<string, string>();
  const journal = openJournal<Entry>({
    ...place,
    name: "state",
    onRecord: ([key, value]) => state.set(key, value),
    snapshot: () => state,
  });
  return {
    state,
    journal,
    set(key, value) {
      state.set(key, value);
      return journal.append([key, value]);
    },
  };
}

let dir: string;
const path = (): string => join(dir, "state.journal");

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "journal-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Counts the writes, and fails those for which `isBroken` says so. */
function watchedFiles(isBroken: (name: string) => boolean = () => false) {
  const calls: string[] = [];
  const files: JournalFiles = new Proxy(nodeFiles, {
    get(target, name: keyof JournalFiles) {
      return new Proxy(target[name], {
        apply(call, self, args) {
          calls.push(name);
          if (isBroken(name)) throw new Error(`${name} failed`);
          return Reflect.apply(call, self, args);
        },
      });
    },
  });
  return { files, calls };
}

describe("journal", () => {
  test("a reopened journal gives back every acknowledged record", async () => {
    const first = openStore({ dir });
    await first.set("a", "1");
    await Promise.all([first.set("b", "ü\n2"), first.set("a", "3")]);
    await first.journal.close();
    const second = openStore({ dir });
    expect([...second.state]).toEqual([...first.state]);
    await second.journal.close();
  });

  test("an acknowledged record is in the file although nothing was closed", async () => {
    const { set } = openStore({ dir });
    await set("a", "acknowledged");
    expect(readFileSync(path(), "utf8")).toContain("acknowledged");
  });

  test("records of one turn of the event loop share one write", async () => {
    const { files, calls } = watchedFiles();
    const { set, journal } = openStore({ dir, files });
    calls.length = 0;
    await Promise.all(Array.from({ length: 100 }, (_, i) => set(`key${i}`, "x")));
    expect(calls).toEqual(["writeSync"]);
    await journal.close();
  });

  test("pending is undefined exactly when everything is written", async () => {
    const { set, journal } = openStore({ dir });
    expect(journal.pending()).toBeUndefined();
    const acknowledged = set("a", "1");
    await expect(journal.pending()).resolves.toBeUndefined();
    await acknowledged;
    expect(journal.pending()).toBeUndefined();
    await journal.close();
  });

  test("a torn last line is dropped, wherever it was torn", async () => {
    const { set, journal } = openStore({ dir });
    await set("a", "1");
    await set("b", "2");
    await journal.close();
    const whole = readFileSync(path());
    const firstLine = whole.indexOf(10) + 1;
    for (let length = firstLine; length < whole.length; length++) {
      writeFileSync(path(), whole.subarray(0, length));
      const reopened = openStore({ dir });
      expect([...reopened.state]).toEqual([["a", "1"]]);
      await reopened.set("c", "3");
      await reopened.journal.close();
      expect(openStore({ dir }).state.get("c")).toBe("3");
    }
  });

  test("a damaged line with others behind it is an error that names the line", async () => {
    const { set, journal } = openStore({ dir });
    await set("a", "1");
    await set("b", "2");
    await journal.close();
    writeFileSync(path(), readFileSync(path(), "utf8").replace(`"1"`, `"9"`));
    expect(() => openStore({ dir })).toThrow(/line 1 of the journal .*state\.journal is damaged/);
  });

  test("opening replaces the records of one key by the last", async () => {
    const { set, journal } = openStore({ dir });
    for (let i = 0; i < 50; i++) await set("a", String(i));
    await journal.close();
    await openStore({ dir }).journal.close();
    expect(readFileSync(path(), "utf8").split("\n")).toHaveLength(2);
  });

  test.each([{ fsync: false }, { fsync: true }])(
    "a journal that has grown is replaced by a snapshot under load, $fsync",
    async ({ fsync }) => {
      const { set, journal } = openStore({ dir, compactAtBytes: 2_000, fsync });
      const writers = Array.from({ length: 5 }, async (_, writer) => {
        for (let i = 0; i < 100; i++) await set(`key${writer}`, `value ${i}`);
      });
      await Promise.all(writers);
      await journal.close();
      expect(nodeFiles.statSync(path()).size).toBeLessThan(2_500);
      const { state } = openStore({ dir });
      expect([...state.values()]).toEqual(Array.from({ length: 5 }, () => "value 99"));
    },
  );

  test.each([{ fsync: false }, { fsync: true }])(
    "what a snapshot holds is not written again behind it, $fsync",
    async ({ fsync }) => {
      let sum = 0;
      const open = () =>
        openJournal<number>({
          dir,
          name: "sum",
          fsync,
          compactAtBytes: 200,
          onRecord: (addend) => {
            sum += addend;
          },
          snapshot: () => [sum],
        });
      const journal = open();
      const add = async () => {
        for (let i = 0; i < 100; i++) {
          sum += 1;
          await journal.append(1);
        }
      };
      await Promise.all([add(), add(), delayedBy(3, add)]);
      await journal.close();
      sum = 0;
      await open().close();
      expect(sum).toBe(300);
    },
  );

  test("a write that takes only a part is continued", async () => {
    const writeSync = new Proxy(nodeFiles.writeSync, {
      apply: (write, self, args) => Reflect.apply(write, self, [...args, 1]),
    });
    const files: JournalFiles = { ...nodeFiles, writeSync };
    const { set, journal } = openStore({ dir, files });
    await set("a", "1");
    await journal.close();
    expect(openStore({ dir }).state.get("a")).toBe("1");
  });

  test("after a failed write the pending records and all later ones are refused", async () => {
    let isBroken = false;
    const { files } = watchedFiles((name) => isBroken && name === "writeSync");
    const { set, journal } = openStore({ dir, files });
    await set("a", "kept");
    isBroken = true;
    const refused = await Promise.allSettled([set("a", "lost"), set("b", "lost")]);
    isBroken = false;
    refused.push(...(await Promise.allSettled([set("c", "late")])));
    expect(refused.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(journal.failure()?.message).toContain("cannot be written");
    expect([...openStore({ dir }).state]).toEqual([["a", "kept"]]);
  });

  test.each([{ fsync: false }, { fsync: true }])(
    "a crash at any file system call loses no acknowledged record, $fsync",
    async ({ fsync }) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(60), async (crashAt) => {
          const place = { dir: mkdtempSync(join(dir, "crash-")), fsync, compactAtBytes: 200 };
          const acknowledged = await runUntilCrash(place, crashAt);
          const { state } = openStore(place);
          for (const [key, value] of acknowledged)
            expect(Number(state.get(key))).toBeGreaterThanOrEqual(value);
        }),
        { numRuns: 60 },
      );
    },
  );
});

/** Starts a task some turns of the event loop later, so that its writes fall between others'. */
async function delayedBy(turns: number, task: () => Promise<void>): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate);
  return task();
}

/** Writes until the given file system call, from which on every call fails. */
async function runUntilCrash(place: JournalPlace, crashAt: number): Promise<Map<string, number>> {
  let calls = 0;
  const { files } = watchedFiles(() => calls++ >= crashAt);
  const acknowledged = new Map<string, number>();
  let store: ReturnType<typeof openStore>;
  try {
    store = openStore({ ...place, files });
  } catch {
    return acknowledged;
  }
  for (let i = 0; i < 30 && !store.journal.failure(); i++) {
    const keys = ["a", "b", "c"];
    const writes = await Promise.allSettled(keys.map((key) => store.set(key, String(i))));
    for (const [at, write] of writes.entries())
      if (write.status === "fulfilled") acknowledged.set(keys[at] ?? "", i);
  }
  return acknowledged;
}
