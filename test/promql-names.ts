const WORDS = new Set(
  'and or unless bool offset by without on ignoring group_left group_right inf nan'.split(' '),
)

/** The metrics that a PromQL expression asks for: what is left without strings, labels, ranges, functions and groupings. */
export function metricNames(expression: string): string[] {
  const bare = expression
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ')
  return [...bare.matchAll(/(?<![\w:.$])([a-zA-Z_:][\w:]*)(?!\s*\(|[\w:])/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !WORDS.has(name.toLowerCase()))
}
