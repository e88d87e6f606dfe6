/**
 * Japanese is marked as such whatever language the page is in: lines break between phrases, and a
 * screen reader speaks it. Of other languages we do not guess.
 */
export function languageOf(text: string): { lang?: 'ja' } {
  return /[\u3041-\u30ff]/.test(text) ? { lang: 'ja' } : {}
}
