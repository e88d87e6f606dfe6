// In the order in which they win: code is left alone, `$$…$$` is already what it should be. The
// lengths are bounded so that an answer full of openings without an end stays cheap.
const PIECES = new RegExp(
  [
    /(?<=^|\n)[ \t]*(?<fence>`{3,}|~{3,})[\s\S]*?(?:\n[ \t]*\k<fence>[^\n]*(?=\n|$)|$)/,
    /(?<ticks>`+)(?!`)[\s\S]{0,4000}?[^`]\k<ticks>(?!`)/,
    /(?<=^|\n)(?<indent>[ \t]*)(?:\$\$(?<line>[^\n$]+)\$\$|\\\[(?<block>[\s\S]{1,2000}?)\\\])[ \t]*(?=\n|$)/,
    /\$\$[\s\S]{0,4000}?\$\$/,
    /\\\[(?<bracket>[^\n]{1,400}?)\\\]/,
    /\\\((?<round>[\s\S]{1,400}?)\\\)/,
    /(?<![\\$\w])\$(?![\s$])(?<dollar>[^$\n]{0,400}?[^\s\\$])\$(?![\d$\w])/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

/**
 * Brings the ways models write mathematics, `\(…\)`, `\[…\]` and `$…$`, to the `$$…$$` that is
 * read as such. A dollar is mathematics only as Pandoc takes it (no space inside, no digit after)
 * and when it looks like some, so that prices stay prices; code is left alone.
 */
export function mathSource(text: string): string {
  if (!text.includes('$') && !text.includes('\\')) return text
  return text.replace(PIECES, (whole, ...rest) => {
    const { indent = '', line, block, bracket, round, dollar }: Groups = rest.at(-1)
    const display = (line ?? block)?.trim()
    if (display !== undefined)
      return indent + ['$$', ...display.split('\n'), '$$'].join(`\n${indent}`)
    const guessed = bracket ?? dollar
    if (guessed !== undefined) return looksLikeMath(guessed) ? `$$${guessed.trim()}$$` : whole
    return round === undefined ? whole : `$$${round.trim()}$$`
  })
}

type Groups = Partial<Record<'indent' | 'line' | 'block' | 'bracket' | 'round' | 'dollar', string>>

/** `$x$` and `$2^n$`, not 「$5〜US$」 and not the `\[1\]` of a note. */
function looksLikeMath(inside: string): boolean {
  return /^[A-Za-z]$|[\\^_=+*/<>|(){}]|^[A-Za-z0-9]+ *- *[A-Za-z0-9]+$/.test(inside)
}

export function hasMath(source: string): boolean {
  return source.includes('$$')
}
