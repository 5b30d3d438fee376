import { timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";

/**
 * Whether a request names this server as its host. A page of another site whose name was made to
 * resolve to 127.0.0.1 (DNS rebinding) does not.
 */
export function isOwnHost(host: string | undefined, port: number): boolean {
  return host === `127.0.0.1:${port}` || host === `localhost:${port}`;
}

/**
 * Whether a request comes from a program on this machine: it names this server as its host and bears
 * none of the headers that browsers add for web pages.
 */
export function isFromLoopbackProgram({ headers }: IncomingMessage, port: number): boolean {
  return (
    isOwnHost(headers.host, port) &&
    headers.origin === undefined &&
    headers["sec-fetch-site"] === undefined
  );
}

/** Whether a text is the secret, in a time that does not tell how much of it is right. */
export function isSecret(text: string | undefined, secret: string): boolean {
  if (text?.length !== secret.length) return false;
  const given = Buffer.from(text);
  const wanted = Buffer.from(secret);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * Listens on 127.0.0.1.
 * @param port 0 for any free one
 * @returns the port
 * @throws the system's error, as EADDRINUSE
 */
export async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return address.port;
}
