import { scanText } from './scan.ts'

/**
 * Masks what is secret in any text: a message, a URL, a header, a stack, escaped JSON. The rest stays character for
 * character; the same string comes back when nothing was found.
 *
 * @example sanitize('GET /setup?token=abc123def456') // 'GET /setup?token=[secret]'
 */
export function sanitize(value: string): string {
  return scanText(value)
}

/**
 * Masks what is secret in one log line, JSON or not. A line of JSON stays JSON.
 *
 * @example sanitizeLine('{"password":"hunter2"}') // '{"password":"[secret]"}'
 */
export function sanitizeLine(line: string): string {
  return scanText(line)
}
