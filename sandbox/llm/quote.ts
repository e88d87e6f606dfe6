import { rankByBigrams } from './bigrams.ts'
import type { Language } from './language.ts'
import type { Passage, Sources } from './sources.ts'

const MAX_QUOTES = 3
const MAX_QUOTE_CHARS = 240
const SUMMARY =
  /要約|まとめ|概要|ポイント|どんな(?:内容|資料)|何が書|summar|overview|key points|tl;?dr|what does (?:it|this|the) (?:file|document|pdf) say|what is (?:in )?this (?:file|document|pdf)/i

/** Quotes the sentences nearest to the question, or the first of each page for a summary. */
export function quoteSources(question: string, sources: Sources, language: Language): string {
  const { passages } = sources
  if (passages.length === 0) return nothingToRead(sources.names, language)
  if (question === '' || SUMMARY.test(question)) {
    return withHeading(
      language === 'ja' ? '資料の要点です(各ページの冒頭):' : 'The opening of each page:',
      firstOfEachPage(passages),
      language,
    )
  }
  const ranked = rankByBigrams(question, passages, (passage) => passage.text)
  const best = ranked[0]
  if (!best) return nothingFits(passages, sources.names, language)
  const chosen = ranked
    .filter((entry) => entry.score >= best.score * 0.6)
    .slice(0, MAX_QUOTES)
    .map((entry) => entry.item)
  const heading =
    language === 'ja'
      ? '資料から、ご質問に最も近い箇所を引用します:'
      : 'The passages of your sources nearest to the question:'
  return withHeading(heading, chosen, language)
}

function withHeading(heading: string, passages: Passage[], language: Language): string {
  return `${heading}\n\n${passages.map((passage) => `- ${cite(passage, language)}`).join('\n')}`
}

function cite(passage: Passage, language: Language): string {
  const text =
    passage.text.length > MAX_QUOTE_CHARS
      ? `${passage.text.slice(0, MAX_QUOTE_CHARS)}…`
      : passage.text
  const name = passage.source ?? (language === 'ja' ? '資料' : 'source')
  if (language === 'ja') {
    return `「${text}」(${name}${passage.page === null ? '' : `, ${passage.page}ページ`})`
  }
  return `“${text}” (${name}${passage.page === null ? '' : `, page ${passage.page}`})`
}

const MAX_SUMMARY_LINES = 8

function firstOfEachPage(passages: Passage[]): Passage[] {
  const seen = new Map<string, Passage>()
  for (const passage of passages) {
    const key = `${passage.source}\u0000${passage.page}`
    // A page number or a running head is no sentence; take the first line with substance.
    const known = seen.get(key)
    if (!known || (known.text.length < 12 && passage.text.length >= 12)) seen.set(key, passage)
  }
  return [...seen.values()].slice(0, MAX_SUMMARY_LINES)
}

function nothingFits(passages: Passage[], names: string[], language: Language): string {
  const pages = new Set(passages.map((passage) => passage.page).filter((page) => page !== null))
  if (language === 'ja') {
    const where = pages.size > 0 ? `(${pages.size}ページ分)` : ''
    return `資料${names.map((n) => `「${n}」`).join('')}${where}を読みましたが、ご質問に当たる箇所は見つかりませんでした。`
  }
  const where = pages.size > 0 ? ` (${pages.size} pages)` : ''
  return `I read ${names.join(', ') || 'the sources'}${where} and found nothing on this question.`
}

function nothingToRead(names: string[], language: Language): string {
  if (language === 'ja') {
    return `資料${names.map((n) => `「${n}」`).join('')}には読み取れる文字がありませんでした。`
  }
  return `There is no readable text in ${names.join(', ') || 'the sources'}.`
}
