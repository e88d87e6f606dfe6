/** A mail as its template writes it: plain sentences. Markup and escaping are the layout's work alone. */
export type Letter = {
  subject: string
  paragraphs: readonly string[]
  action?: { label: string; url: string }
  /** Small print below the action. */
  notes?: readonly string[]
}

export type Locale = 'ja' | 'en'

/** Writes a time in the reader's language and zone: 2026年11月22日 18:00 (JST). */
export function readableTime(iso: string, locale: Locale, timeZone = 'Asia/Tokyo'): string {
  return new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone,
  }).format(new Date(iso))
}
