import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";

/** A request's body, or why there is none. */
export type Body = { readonly text: string } | { readonly refused: "too long" | "not UTF-8" };

/**
 * The text of a request's body. One that is too long is told at once, by its declared length or as soon as
 * too much has come; what still comes is thrown away, so that its sender gets to read the answer, and the
 * connection is cut when that goes on as long again.
 * @param maxBytes longest body taken
 * @throws Error when the connection breaks before its end
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) resolve({ refused: "too long" });
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) {
        chunks.push(chunk);
      } else {
        chunks.length = 0;
        resolve({ refused: "too long" });
      }
      if (bytes > 2 * maxBytes) request.destroy();
    });
    request.on("end", () => resolve(textOf(chunks)));
    request.on("error", reject);
  });
}

/** Nearly every body is one chunk, which spares the copy. */
function textOf(chunks: readonly Buffer[]): Body {
  const [only] = chunks;
  const bytes = chunks.length === 1 && only ? only : Buffer.concat(chunks);
  return isUtf8(bytes) ? { text: bytes.toString() } : { refused: "not UTF-8" };
}
