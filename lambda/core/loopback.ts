/**
 * Whether a host is this machine by its name alone, as `hostname` of a URL gives it: 127.0.0.0/8 (RFC 1122,
 * 3.2.1.3), ::1 (RFC 4291, 2.5.3) or `localhost` (RFC 6761, 6.3).
 */
export const isLoopback = (hostname: string): boolean =>
  hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);

/** Whether others can read on its way what is sent to a URL: by http, and to another machine. */
export const isExposed = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && !isLoopback(hostname);
