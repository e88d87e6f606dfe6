/** An array literal with every element quoted: one spelling for one array. */
export function arrayLiteral(elements: readonly (string | null)[]): string {
  const parts = elements.map((element) =>
    element === null ? 'NULL' : `"${element.replace(/["\\]/g, '\\$&')}"`,
  )
  return `{${parts.join(',')}}`
}

/** The elements of a one-dimensional array literal, as PostgreSQL writes it. */
export function readArray(literal: string): (string | null)[] {
  const elements: (string | null)[] = []
  const pattern = /"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs
  for (const [, quoted, plain] of literal.matchAll(pattern)) {
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gs, '$1'))
    else elements.push(plain === 'NULL' ? null : (plain ?? ''))
  }
  return elements
}
