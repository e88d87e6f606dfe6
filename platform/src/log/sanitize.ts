import { scanText } from './scan.ts'

/**
 * Masks what is secret in any text: a message, a URL, a header, a stack, escaped JSON. The rest stays character for
 * character; the same string comes back when nothing was found.
 *
 * @example sanitize('GET /setup?token=abc123def456') // 'GET /setup?token=[secret]'
 */
export function sanitize(value: string): string {
  return settled(value)
}

/**
 * Masks what is secret in one log line, JSON or not. A line of JSON stays JSON.
 *
 * @example sanitizeLine('{"password":"hunter2"}') // '{"password":"[secret]"}'
 */
export function sanitizeLine(line: string): string {
  return settled(line)
}

/**
 * One pass for a line without secrets. A mask can uncover the edge of what stood beside it (two keys run together), so a
 * line that had one is read again until nothing changes; sanitizing twice is then the same as once.
 */
function settled(text: string): string {
  let last = text
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const next = scanText(last)
    if (next === last) return next
    last = next
  }
  return last
}

const MAX_PASSES = 8
