import * as z from "zod";
import { type Address, sendRequest } from "../lambda/http/exchange.ts";

const info = z.looseObject({
  pid: z.number(),
  /** Absolute path of the configuration whose workflows it runs. */
  config: z.string().optional(),
  /** Absolute path of the file with the variables that its workflows were given at its start. */
  envFile: z.string().optional(),
  /** When it was started, ISO 8601. */
  started: z.string().optional(),
  /** Origin of the viewer of the sample corpus. */
  viewerUrl: z.string().optional(),
  /** Whether its functions were given a way to OpenAI or a server like it. */
  openai: z.boolean().optional(),
  /** Whether callback tokens are completed without the stack's own token. */
  publicTokens: z.boolean().optional(),
});

const reloaded = z.looseObject({
  changed: z.array(z.string()),
  inputs: z.array(z.string()),
  complaints: z.array(
    z.looseObject({
      file: z.string().optional(),
      line: z.number().optional(),
      column: z.number().optional(),
      text: z.string(),
    }),
  ),
});

/** What came of a reload: see localstack/embedded/reload.ts. */
export type Reloaded = z.infer<typeof reloaded>;

/** What an embedded stack tells about itself. */
export type StackInfo = z.infer<typeof info>;

/** Orders that only the embedded stack takes. Each throws what `sendRequest` does. */
export interface StackControl {
  /** Tells who answers, and where the rest of the stack is. */
  info(): Promise<StackInfo>;
  /** Ends the stack; what it keeps is kept. */
  stop(): Promise<void>;
  /** Has the functions bundled anew; when they compile, further invocations run the new code. */
  reload(): Promise<Reloaded>;
  /** Has the worker process killed after so many further recorded steps; 0 takes that back. */
  crashAfter(steps: number): Promise<void>;
}

/** How long the stack may take to answer, milliseconds: these orders do no work. */
const TIMEOUT_MS = 5_000;
/** The same for what bundles the functions, milliseconds. */
const BUNDLING_MS = 60_000;

/** The control routes of the stack at an address. */
export function stackControl(address: Address, signal: AbortSignal): StackControl {
  const post = async (path: string, body: unknown): Promise<void> => {
    const request = { method: "POST", path, body, reply: z.unknown() } as const;
    await sendRequest(address, request, signal, TIMEOUT_MS);
  };
  return {
    async info() {
      const request = { path: "/__savepoint/info", reply: info };
      return (await sendRequest(address, request, signal, TIMEOUT_MS)).body;
    },
    async reload() {
      const request = {
        method: "POST",
        path: "/__savepoint/reload",
        body: {},
        reply: reloaded,
      } as const;
      return (await sendRequest(address, request, signal, BUNDLING_MS)).body;
    },
    stop: () => post("/__savepoint/stop", {}),
    crashAfter: (steps) => post("/__savepoint/crash-after", { steps }),
  };
}
