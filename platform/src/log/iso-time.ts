let lastMs = 0
let lastText = ''

/** The time now as ISO 8601 with milliseconds; lines of one millisecond share the string. */
export function isoTime(): string {
  const now = Date.now()
  if (now !== lastMs) {
    lastMs = now
    lastText = new Date(now).toISOString()
  }
  return lastText
}
