/**
 * Codes of errors that only the HTTP API answers with, be it the API itself or what stands before it: API
 * Gateway, or on one machine the embedded stack. docs/errors.md has a section for each.
 */
export const HTTP_CODES = [
  "answer_too_large",
  "bad_json",
  "bad_request",
  "body_too_large",
  "forbidden",
  "internal",
  "method_not_allowed",
  "not_found",
  "timeout",
  "too_many_requests",
  "unauthorized",
  "unsupported_media_type",
] as const;

/** One of them. */
export type HttpCode = (typeof HTTP_CODES)[number];
