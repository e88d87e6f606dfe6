const CODE_OR_MATH =
  /(^|\n)([ \t]*)(`{3,}|~{3,})[^\n]*(?:\n[\s\S]*?(?:\n[ \t]*\3[`~]*(?=\n|$)|$)|$)|(`+)(?!`)[\s\S]*?[^`]\4(?!`)|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|(?<![\\$\w])\$(?![\s$])([^$\n]{0,400}?[^\s\\$])\$(?![\d$\w])/g

/**
 * Brings the ways models write mathematics, `\(…\)`, `\[…\]` and `$…$`, to the `$$…$$` that is
 * read as such. A dollar is mathematics only as Pandoc takes it (no space inside, no digit after),
 * so that prices stay prices; code is left alone.
 */
export function mathSource(text: string): string {
  if (!text.includes('$') && !text.includes('\\')) return text
  return text.replace(CODE_OR_MATH, (whole, ...groups) => {
    const [block, round, dollar] = [groups[4], groups[5], groups[6]]
    if (block !== undefined) return `\n$$\n${block.trim()}\n$$\n`
    const inline = round ?? dollar
    if (inline === undefined) return whole
    return dollar !== undefined && !looksLikeMath(dollar) ? whole : `$$${inline.trim()}$$`
  })
}

/** `$x$` and `$2^n$`, not 「$5〜US$」. */
function looksLikeMath(inside: string): boolean {
  return /^[A-Za-z]$|[\\^_=+*/<>|(){}]|^[A-Za-z0-9]+\s*[-]\s*[A-Za-z0-9]+$/.test(inside)
}

export function hasMath(source: string): boolean {
  return source.includes('$$')
}
