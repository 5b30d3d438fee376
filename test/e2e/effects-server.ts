import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { listen } from "../../localstack/embedded/loopback.ts";

/** A request of a step's body. */
export interface SeenRequest {
  /** Name of the effect: the path without its slash. */
  readonly name: string;
  readonly idempotencyKey: string;
  /** Time of arrival, milliseconds since the epoch. */
  readonly at: number;
}

/** A service that step bodies call, and that sees what they do however their processes end. */
export interface EffectsServer {
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly SeenRequest[];
  /** Resolves once requests of that name have arrived so often. */
  seen(name: string, times?: number): Promise<void>;
  /** Answers nobody under this name until the function it returns is called. */
  hold(name: string): () => void;
  close(): Promise<void>;
}

/** Starts the service on a loopback port. */
export async function startEffectsServer(): Promise<EffectsServer> {
  const requests: SeenRequest[] = [];
  const held = new Map<string, ServerResponse[]>();
  const lookers = new Set<() => void>();
  const server = createServer((request, response) => {
    const name = (request.url ?? "/").slice(1);
    const key = request.headers["idempotency-key"];
    requests.push({ name, idempotencyKey: String(key), at: Date.now() });
    for (const look of lookers) look();
    const waiting = held.get(name);
    if (waiting) waiting.push(response);
    else response.end();
  });
  const port = await listen(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    seen: (name, times = 1) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (requests.filter((one) => one.name === name).length < times) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
      }),
    hold(name) {
      held.set(name, []);
      return () => {
        for (const response of held.get(name) ?? []) response.end();
        held.delete(name);
      };
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
