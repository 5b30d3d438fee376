import * as z from "zod";
import { type Address, sendRequest } from "../lambda/http/exchange.ts";

const info = z.looseObject({
  pid: z.number(),
  /** Origin of the viewer of the sample corpus. */
  viewerUrl: z.string().optional(),
  /** Whether its functions were given a way to OpenAI or a server like it. */
  openai: z.boolean().optional(),
  /** Whether callback tokens are completed without the stack's own token. */
  publicTokens: z.boolean().optional(),
});

/** What an embedded stack tells about itself. */
export type StackInfo = z.infer<typeof info>;

/** Orders that only the embedded stack takes. Each throws what `sendRequest` does. */
export interface StackControl {
  /** Tells who answers, and where the rest of the stack is. */
  info(): Promise<StackInfo>;
  /** Ends the stack; what it keeps is kept. */
  stop(): Promise<void>;
  /** Has the worker process killed after so many further recorded steps; 0 takes that back. */
  crashAfter(steps: number): Promise<void>;
}

/** How long the stack may take to answer, milliseconds: these orders do no work. */
const TIMEOUT_MS = 5_000;

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
    stop: () => post("/__savepoint/stop", {}),
    crashAfter: (steps) => post("/__savepoint/crash-after", { steps }),
  };
}
