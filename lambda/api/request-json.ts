import { RequestError } from "./failure.ts";

/** Largest body, bytes: a Lambda invocation takes 6 MB, in which the body may be base64. */
export const BODY_BYTES_MAX = 4 * 1_048_576;

/**
 * The JSON of a request's body.
 * @param isOptional whether no body at all counts as `{}`
 * @throws RequestError 415 for another content type, 413 over `bytesMax`, 400 for what is not JSON in UTF-8
 */
export async function requestJson(
  request: Request,
  { isOptional = false, bytesMax = BODY_BYTES_MAX } = {},
): Promise<unknown> {
  const type = request.headers.get("content-type");
  const isJson = type?.split(";", 1)[0]?.trim().toLowerCase() === "application/json";
  if (!isJson && !isOptional) throw notJson(type);
  const bytes = await read(request, bytesMax);
  if (isOptional && bytes.byteLength === 0) return {};
  if (!isJson) throw notJson(type);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch (error) {
    throw new RequestError(
      400,
      "bad_json",
      `the body (${bytes.byteLength} bytes) is not JSON in UTF-8: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

const notJson = (type: string | null): RequestError =>
  new RequestError(
    415,
    "unsupported_media_type",
    `content-type is ${type === null ? "missing" : `"${type}"`}; send application/json`,
  );

/** The body, read only as far as it may go: its declared length proves nothing. */
async function read(request: Request, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) {
      throw new RequestError(
        413,
        "body_too_large",
        `the body is over ${bytesMax.toLocaleString("en")} bytes; keep large data elsewhere (in S3, say) and send a reference to it`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
