/** Letters of other scripts drawn like Latin ones (Unicode TR 39, the common part of confusables.txt). */
const LOOK_ALIKE: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  ғ: 'f',
  ɡ: 'g',
  һ: 'h',
  н: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  ц: 'u',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  у: 'y',
  α: 'a',
  β: 'b',
  ϲ: 'c',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  σ: 'o',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  ω: 'w',
  ı: 'i',
  ȷ: 'j',
  ɑ: 'a',
  ɩ: 'i',
  ɪ: 'i',
  ʀ: 'r',
  ɴ: 'n',
  ʟ: 'l',
  ᴀ: 'a',
  ʙ: 'b',
  ᴄ: 'c',
  ᴅ: 'd',
  ᴇ: 'e',
  ɢ: 'g',
  ʜ: 'h',
  ᴊ: 'j',
  ᴋ: 'k',
  ᴍ: 'm',
  ᴏ: 'o',
  ᴘ: 'p',
  ꜱ: 's',
  ᴛ: 't',
  ᴜ: 'u',
  ᴠ: 'v',
  ᴡ: 'w',
  ʏ: 'y',
  ᴢ: 'z',
  օ: 'o',
  ո: 'n',
  ս: 'u',
  հ: 'h',
  ց: 'g',
})

/** A run of letters of Latin, Cyrillic, Greek or Armenian. */
const WORD = /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]{2,40}/gu
const ASCII_LETTER = /[a-z]/
const FOREIGN = /[^a-z]/
const EXOTIC = /[\u0131\u0237\u0251-\u02AF\u0370-\u058F\u1D00-\u1D7F\uA730-\uA7FF]/
/** 🅰 and 🄰 and 🇦: letters in boxes, which NFKC keeps. */
const BOXED = /[\u{1F130}-\u{1F149}\u{1F150}-\u{1F169}\u{1F170}-\u{1F189}\u{1F1E6}-\u{1F1FF}]/gu

function unbox(char: string): string {
  const code = char.codePointAt(0) ?? 0
  const first =
    code >= 0x1f1e6 ? 0x1f1e6 : code >= 0x1f170 ? 0x1f170 : code >= 0x1f150 ? 0x1f150 : 0x1f130
  return String.fromCharCode(97 + code - first)
}

/**
 * Lower-case text with look-alikes turned Latin, in words that mix scripts or are small capitals only: a
 * Russian or Greek word stays what it is.
 */
export function foldHomoglyphs(lower: string): string {
  const unboxed = lower.replace(BOXED, unbox)
  if (!EXOTIC.test(unboxed)) return unboxed
  return unboxed.replace(WORD, (word) => {
    if (!FOREIGN.test(word)) return word
    const mixed = ASCII_LETTER.test(word) || /[\u0250-\u02AF\u1D00-\u1D7F\uA730-\uA7FF]/.test(word)
    return mixed ? Array.from(word, (char) => LOOK_ALIKE[char] ?? char).join('') : word
  })
}
