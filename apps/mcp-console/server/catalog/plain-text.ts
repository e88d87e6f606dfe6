// Control and format characters, such as those that turn the direction of text: a name must read as it is.
const INVISIBLE = /(?![\n\t])[\p{Cc}\p{Cf}]/gu

/** Text of a stranger as one plain piece of at most `max` characters. */
export function plainText(value: unknown, max: number): string {
  if (typeof value !== 'string') return ''
  const text = value.replace(INVISIBLE, '').trim()
  // A cut between the two halves of a character leaves none of it.
  const cut = text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')
  return text.length <= max ? text : `${cut.trimEnd()}…`
}

/** An http(s) address to link to, or undefined. */
export function linkOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2000) return undefined
  const url = URL.parse(value)
  return url !== null && /^https?:$/.test(url.protocol) && url.username === ''
    ? url.href
    : undefined
}
