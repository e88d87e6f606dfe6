/** Longer texts are shown as one replaced block: the table below grows with the product. */
const LINES_MAX = 2000

/**
 * What changed between two texts, line by line: `  ` kept, `- ` removed, `+ ` added.
 *
 * @example
 * lineDiff('a\nb', 'a\nc') // '  a\n- b\n+ c'
 */
export function lineDiff(before: string, after: string): string {
  const a = before.split('\n')
  const b = after.split('\n')
  if (a.length > LINES_MAX || b.length > LINES_MAX)
    return [...a.map((line) => `- ${line}`), ...b.map((line) => `+ ${line}`)].join('\n')
  const common = longestCommon(a, b)
  const lines: string[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`)
      i++
      j++
    } else if (i < a.length && (j >= b.length || at(common, i + 1, j) >= at(common, i, j + 1))) {
      lines.push(`- ${a[i++]}`)
    } else lines.push(`+ ${b[j++]}`)
  }
  return lines.join('\n')
}

const at = (table: Uint16Array[], i: number, j: number) => table[i]?.[j] ?? 0

/** Length of the longest common run of lines from (i, j) on. */
function longestCommon(a: string[], b: string[]): Uint16Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    const row = table[i]
    if (row === undefined) continue
    for (let j = b.length - 1; j >= 0; j--)
      row[j] =
        a[i] === b[j]
          ? at(table, i + 1, j + 1) + 1
          : Math.max(at(table, i + 1, j), at(table, i, j + 1))
  }
  return table
}
