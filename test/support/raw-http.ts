import { connect } from "node:net";

/** An answer as it came over the socket. */
export interface RawAnswer {
  /** 0 when the connection ended without an answer. */
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** A request, byte by byte as it is to be sent. */
export interface RawRequest {
  readonly method: string;
  /** The request target, not encoded further. */
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** The bytes of a request, which no HTTP client would send for being wrong. */
export const requestBytes = ({ method, target, headers, body }: RawRequest): Buffer =>
  Buffer.concat([
    Buffer.from(`${method} ${target} HTTP/1.1\r\n`, "latin1"),
    Buffer.from(headers.map(([name, value]) => `${name}: ${value}\r\n`).join(""), "latin1"),
    Buffer.from("\r\n"),
    body,
  ]);

/** Sends bytes to a port of 127.0.0.1 and reads until the server ends the connection. */
export function sendBytes(port: number, bytes: Buffer): Promise<RawAnswer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses a request may cut what it does not want to read.
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(answerIn(Buffer.concat(chunks).toString("utf8"))));
  });
}

function answerIn(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const headers = text.slice(0, Math.max(end, 0));
  const [, status = "0"] = /^HTTP\/1\.1 (\d{3})/.exec(headers) ?? [];
  return { status: Number(status), headers, body: end < 0 ? "" : text.slice(end + 4) };
}
