const LOOPBACK = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i

/**
 * A web page can point its own name at 127.0.0.1 (DNS rebinding); the browser then sends that name
 * in Host. Only loopback names are served.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  return host !== undefined && LOOPBACK.test(host)
}
