/**
 * Characters a reader does not see but a model does: zero-width, bidirectional controls, tag characters,
 * variation selectors (all `Default_Ignorable_Code_Point`), interlinear annotation, C0 and C1 controls but
 * tab and line feed, and unpaired surrogates. Attackers split words or hide whole sentences with them
 * (Unicode TR 36; "ASCII smuggling" with U+E0000 tags).
 */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\uFFF9-\uFFFB]|(?![\t\n])\p{Cc}/gu
const LINE_BREAK = /\r\n?|[\u0085\u2028\u2029]/g
const PLAIN_ASCII = /^[\t\n\x20-\x7E]*$/

/** True when nothing below can change the text: the fast path of most English and all source code. */
function isPlainAscii(text: string): boolean {
  return PLAIN_ASCII.test(text)
}

function visibleOnce(text: string): string {
  return text.replace(LINE_BREAK, '\n').replace(INVISIBLE, '').normalize('NFKC')
}

/**
 * NFKC without invisible characters. Removing one can bring a letter and its accent together, and NFKC can
 * bring forth an invisible one (U+FFA0 → U+1160), so it is repeated until nothing changes.
 */
export function visible(text: string): string {
  if (isPlainAscii(text)) return text
  let before = text.toWellFormed()
  for (let round = 0; round < 4; round++) {
    const after = visibleOnce(before)
    if (after === before) return after
    before = after
  }
  return before
}
