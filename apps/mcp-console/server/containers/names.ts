const MAX_LENGTH = 63
const FALLBACK = 'mcp-server'

/**
 * The name Docker will take for what a person typed: other characters become `-`, `._-` go from both ends,
 * at most 63 characters; `mcp-server` when nothing is left.
 *
 * @example containerName('天気 Server!') // 'Server'
 */
export function containerName(typed: string): string {
  const trimmed = trim(typed.replace(/[^A-Za-z0-9_.-]+/g, '-'))
  // Cutting may bare another separator at the end.
  return trim(trimmed.slice(0, MAX_LENGTH)) || FALLBACK
}

/** What Docker knows it as: it wants two characters at least. */
export const dockerName = (name: string): string => (name.length === 1 ? `mcp-${name}` : name)

/** By hand: a pattern anchored at the end takes quadratic time on a long run of separators. */
function trim(text: string): string {
  const isEdge = (at: number) => '._-'.includes(text.charAt(at))
  let start = 0
  let end = text.length
  while (start < end && isEdge(start)) start += 1
  while (end > start && isEdge(end - 1)) end -= 1
  return text.slice(start, end)
}
