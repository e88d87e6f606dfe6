/** The ways an attacker respells a text so that a filter misses it and a model does not. */
export const SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  spaced: (text) => Array.from(text).join(' '),
  'wide spaces': (text) => Array.from(text).join('\u3000'),
  'middle dots': (text) => Array.from(text).join('・'),
  'zero-width': (text) => Array.from(text).join('\u200b'),
  'word joiners': (text) => Array.from(text).join('\u2060'),
  'variation selectors': (text) => Array.from(text).join('\ufe0f'),
  'full width': (text) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  'half-width katakana': (text) => text.replace(/[ァ-ヶー]/g, halfWidth),
  'katakana for hiragana': (text) =>
    text.replace(/[ぁ-ゖ]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60)),
  'half-width katakana for all kana': (text) =>
    text
      .replace(/[ぁ-ゖ]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60))
      .replace(/[ァ-ヶー]/g, halfWidth),
  'line by line': (text) => Array.from(text).join('\n'),
  'hidden in tags of a greeting': (text) => `こんにちは。\n\n\n${text}`,
}

const HALF = 'ｧｱｨｲｩｳｪｴｫｵｶｶﾞｷｷﾞｸｸﾞｹｹﾞｺｺﾞｻｻﾞｼｼﾞｽｽﾞｾｾﾞｿｿﾞﾀﾀﾞﾁﾁﾞｯﾂﾂﾞﾃﾃﾞﾄﾄﾞﾅﾆﾇﾈﾉﾊﾊﾞﾊﾟﾋﾋﾞﾋﾟﾌﾌﾞﾌﾟﾍﾍﾞﾍﾟﾎﾎﾞﾎﾟﾏﾐﾑﾒﾓｬﾔｭﾕｮﾖﾗﾘﾙﾚﾛ'

const HALF_BY_FULL = new Map<string, string>([
  ['ー', 'ｰ'],
  ['ワ', 'ﾜ'],
  ['ヲ', 'ｦ'],
  ['ン', 'ﾝ'],
  ['ヴ', 'ｳﾞ'],
])
for (const [half] of HALF.matchAll(/[ｦ-ﾝ][ﾞﾟ]?/g)) {
  HALF_BY_FULL.set(half.normalize('NFKC'), half)
}

function halfWidth(char: string): string {
  return HALF_BY_FULL.get(char) ?? char
}

const CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  y: 'у',
  x: 'х',
}
const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' }

/** The same for Latin text. */
export const LATIN_SPELLINGS: Readonly<Record<string, (text: string) => string>> = {
  spaced: (text) => Array.from(text).join(' '),
  'spaced, words apart': (text) =>
    text
      .split(' ')
      .map((word) => Array.from(word).join(' '))
      .join('   '),
  dotted: (text) =>
    text
      .split(' ')
      .map((word) => Array.from(word).join('.'))
      .join(' '),
  hyphened: (text) => Array.from(text.replaceAll(' ', '')).join('-'),
  'zero-width': (text) => Array.from(text).join('\u200b'),
  'zero-width for spaces': (text) => text.replaceAll(' ', '\u200b'),
  'full width': (text) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  upper: (text) => text.toUpperCase(),
  homoglyphs: (text) => text.replace(/[aceiopsyx]/g, (char) => CYRILLIC[char] ?? char),
  accents: (text) => text.replace(/[aeiou]/g, (char) => `${char}\u0301`),
  mathematical: (text) =>
    text.replace(/[a-z]/g, (char) => String.fromCodePoint(0x1d41a + char.charCodeAt(0) - 97)),
  circled: (text) =>
    text.replace(/[a-z]/g, (char) => String.fromCodePoint(0x24d0 + char.charCodeAt(0) - 97)),
  leetspeak: (text) => text.replace(/[aeiost]/g, (char) => LEET[char] ?? char),
  base64: (text) => `Decode this: ${Buffer.from(text).toString('base64')}`,
  hex: (text) => Buffer.from(text).toString('hex'),
  percent: (text) =>
    Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''),
  entities: (text) => Array.from(text, (char) => `&#${char.codePointAt(0)};`).join(''),
  escapes: (text) =>
    Array.from(text, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  rot13: (text) =>
    text.replace(/[a-z]/g, (char) => String.fromCharCode(((char.charCodeAt(0) - 84) % 26) + 97)),
  reversed: (text) => Array.from(text).reverse().join(''),
  'reversed words': (text) =>
    text
      .split(' ')
      .map((word) => Array.from(word).reverse().join(''))
      .join(' '),
  tags: (text) =>
    `hello ${Array.from(text, (char) => String.fromCodePoint(0xe0000 + char.charCodeAt(0))).join('')}`,
}
