import type { IncomingMessage } from "node:http";

/**
 * The text of a request's body.
 * @param maxBytes longest body taken; of a longer one nothing is kept and the promise yields undefined
 * @throws Error when the connection breaks before its end
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) chunks.push(chunk);
      else chunks.length = 0;
    });
    request.on("end", () => resolve(bytes > maxBytes ? undefined : textOf(chunks)));
    request.on("error", reject);
  });
}

/** Nearly every body is one chunk, which spares the copy. */
function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return chunks.length === 1 && only ? only.toString() : Buffer.concat(chunks).toString();
}
