export type Language = 'ja' | 'en'

const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

function isJapanese(text: string): boolean {
  return JAPANESE.test(text)
}

/** The first text that says anything decides; without any text the house language does. */
export function languageOf(...texts: string[]): Language {
  for (const text of texts) {
    if (isJapanese(text)) return 'ja'
    if (/[a-z]{2}/i.test(text)) return 'en'
  }
  return 'ja'
}
