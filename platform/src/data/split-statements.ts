/** A piece of SQL text: what PostgreSQL reads as code, and what it does not. */
export type SqlToken = {
  kind: 'code' | 'string' | 'dollar' | 'comment' | 'semicolon'
  text: string
}

const LETTER = 'A-Za-z_\\u0080-\\uffff'
const START = new RegExp(
  [
    String.raw`(?<escaped>\b[eE]'(?:[^'\\]|\\[\s\S]|'')*')`,
    `(?<quoted>'(?:[^']|'')*'|"(?:[^"]|"")*")`,
    `(?<line>--[^\\n]*)`,
    String.raw`(?<block>/\*)`,
    // `a$b$c` is a name, not the start of a dollar quote.
    `(?<![${LETTER}0-9$])(?<dollar>\\$(?:[${LETTER}][${LETTER}0-9]*)?\\$)`,
    '(?<semicolon>;)',
  ].join('|'),
  'g',
)

/** Reads SQL into pieces, in order; joined they are the text again. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = []
  const push = (kind: SqlToken['kind'], piece: string): void => {
    if (piece !== '') tokens.push({ kind, text: piece })
  }
  let position = 0
  while (position < text.length) {
    START.lastIndex = position
    const match = START.exec(text)
    if (match === null) break
    push('code', text.slice(position, match.index))
    const { kind, end } = ending(text, match)
    push(kind, text.slice(match.index, end))
    position = end
  }
  push('code', text.slice(position))
  return tokens
}

function ending(text: string, match: RegExpExecArray): { kind: SqlToken['kind']; end: number } {
  const after = match.index + match[0].length
  const { block, dollar, line, semicolon, quoted } = match.groups ?? {}
  if (line !== undefined) return { kind: 'comment', end: after }
  if (semicolon !== undefined) return { kind: 'semicolon', end: after }
  if (block !== undefined) return { kind: 'comment', end: endOfComment(text, after) }
  if (dollar !== undefined) {
    const close = text.indexOf(dollar, after)
    return { kind: 'dollar', end: close === -1 ? text.length : close + dollar.length }
  }
  return { kind: quoted?.startsWith('"') ? 'code' : 'string', end: after }
}

/** Block comments nest, unlike those of C. */
function endOfComment(text: string, from: number): number {
  const mark = /\/\*|\*\//g
  mark.lastIndex = from
  for (let depth = 1; depth > 0; ) {
    const match = mark.exec(text)
    if (match === null) return text.length
    depth += match[0] === '/*' ? 1 : -1
  }
  return mark.lastIndex
}

/**
 * Splits at semicolons outside of quotes, dollar quotes and comments (PGlite takes one statement at
 * a time). Pieces without code are left out.
 *
 * @example
 * splitStatements("select ';'; -- two\nselect 2") // ["select ';'", ' -- two\nselect 2']
 */
export function splitStatements(text: string): string[] {
  const statements: string[] = []
  let current = ''
  let hasCode = false
  const finish = (): void => {
    if (hasCode) statements.push(current)
    current = ''
    hasCode = false
  }
  for (const token of sqlTokens(text)) {
    if (token.kind === 'semicolon') {
      finish()
      continue
    }
    current += token.text
    hasCode ||= token.kind !== 'comment' && token.text.trim() !== ''
  }
  finish()
  return statements
}
