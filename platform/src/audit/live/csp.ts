/** Directives of a content security policy, in lower case. */
export function policyOf(text: string): Map<string, string[]> {
  return new Map(
    text
      .split(';')
      .map((part) => part.trim().split(/\s+/))
      .filter(([name]) => name !== '')
      .map(([name = '', ...sources]) => [name.toLowerCase(), sources]),
  )
}

const DANGEROUS =
  /^('unsafe-inline'|'unsafe-eval'|'unsafe-hashes'|\*|https?:|http:\/\/\*.*|https:\/\/\*|data:)$/i
/** Pictures may come as data; nothing that runs or is applied may. */
const MAY_BE_DATA = new Set(['img-src', 'font-src', 'media-src'])

/**
 * What of a policy lets injected code run or reach out.
 *
 * @example unsafeSources("default-src 'self' *") // ['default-src *', "no base-uri"]
 */
export function unsafeSources(text: string): string[] {
  const policy = policyOf(text)
  const found = [...policy].flatMap(([name, sources]) =>
    sources
      .filter((source) => DANGEROUS.test(source))
      .filter((source) => !(source === 'data:' && MAY_BE_DATA.has(name)))
      .map((source) => `${name} ${source}`),
  )
  const fallback = policy.get('default-src')
  if (fallback === undefined) found.push('no default-src')
  const closed = fallback?.join(' ') === "'none'"
  // Without scripts of its own a policy needs nothing said of them.
  const runs = policy.has('script-src') || !closed
  if (runs && !policy.has('base-uri')) found.push('no base-uri')
  if (!closed && !policy.has('object-src') && fallback?.join(' ') !== "'self'") {
    found.push('no object-src')
  }
  return found
}
