import { foldHomoglyphs } from './homoglyphs.ts'

/** Kana, kanji and the marks between them. */
const JAPANESE = /[\u3041-\u30FF\u3400-\u9FFF々〆]/
const ACCENTED = /[\u00C0-\u024F\u1E00-\u1EFF]/
const LATIN_ACCENTS = /([a-z])\p{M}+/gu

const JA = '[\\u3005-\\u3007\\u3041-\\u3096\\u3099\\u309A\\u30FC\\u3400-\\u9FFF]'
/** こ、れ、ま、で: single characters with something between each. Vertical writing by line feeds too. */
const SPELLED = new RegExp(`${JA}(?:[\\s,.、。:;‐–—…]{1,4}${JA}){4,}`, 'gu')
const BETWEEN = /[\s,.、。:;‐–—…]+/gu
/** A space or a symbol between Japanese characters carries no meaning for the rules. */
const SPACE = /(?<=[\u3001-\u30FF\u3400-\u9FFF])[ \t]+|[ \t]+(?=[\u3001-\u30FF\u3400-\u9FFF])/gu
const SYMBOL = new RegExp(`(?<=${JA})[・･/|*_^+=~\\-♡☆★♪]{1,3}(?=${JA})`, 'gu')

/** Katakana to hiragana: ムシ and むし and (by NFKC before) ﾑｼ are one word. */
export function foldKana(text: string): string {
  return text.replace(/[\u30A1-\u30F6]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x60))
}

export function hasJapanese(text: string): boolean {
  return JAPANESE.test(text)
}

/** Lower case, look-alikes folded, accents off Latin letters, white space single: what Latin rules read. */
export function latinView(text: string): string {
  let view = foldHomoglyphs(text.toLowerCase())
  if (ACCENTED.test(view))
    view = view.normalize('NFD').replace(LATIN_ACCENTS, '$1').normalize('NFC')
  return view
    .replace(/[’‘`´]/g, "'")
    .replace(/_/g, ' ')
    .replace(/[^\S\n]+/g, ' ')
    .replace(/\n\s*/g, '\n')
}

/** Hiragana for katakana, no spaces around Japanese characters, spelled-out words joined. */
export function japaneseView(latin: string): string {
  const folded = foldKana(latin)
  // Spelled-out first: in こ 。れ the space must still be there to count as a separator.
  const joined = folded.replace(SPELLED, (run) => run.replace(BETWEEN, ''))
  return joined.replace(SPACE, '').replace(SYMBOL, '')
}
