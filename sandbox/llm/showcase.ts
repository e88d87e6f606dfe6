import type { Language } from './language.ts'

const MAX_COUNT = 5000

/**
 * Replies whose shape is known beforehand: counting (for long streams), a table, code and
 * mathematics (for rendering). They answer plain requests, so that tests read like a person asks.
 */
export function showcase(question: string, language: Language): string | null {
  const range =
    /count (?:from )?(\d+) (?:to|up to) (\d+)/i.exec(question) ??
    /(\d+)\s*から\s*(\d+)\s*まで.{0,6}数え/.exec(question)
  if (range) return count(Number(range[1]), Number(range[2]))
  const repeat =
    /^(?:repeat|say) (?:after me:? )?["“'](.+)["”']\.?$/is.exec(question) ??
    /^[「『](.+)[」』]と(?:だけ)?(?:言って|繰り返して|答えて)/s.exec(question)
  if (repeat?.[1]) return repeat[1]
  if (
    /長い(?:文章|回答|答え|話)|長く(?:書|答え|説明)|\blong(?:er)? (?:answer|text|story|reply|essay)/i.test(
      question,
    )
  ) {
    return longText(language)
  }
  if (/コード(?:の例|を書|例)|(?:write|show|example of)[^.]{0,30}\bcode\b/i.test(question)) {
    return code(language)
  }
  if (/表(?:に|で|の例|を(?:作|書|示))|(?:make|show|as|draw)[^.]{0,20}\btable\b/i.test(question)) {
    return table(language)
  }
  if (/数式|公式を|\b(?:formula|equation)\b/i.test(question)) return formula(language)
  return null
}

function count(from: number, to: number): string {
  const last = Math.min(to, from + MAX_COUNT)
  const numbers: number[] = []
  for (let n = from; n <= last; n++) numbers.push(n)
  return numbers.join(', ')
}

const LONG_SENTENCES = 30

/** Long enough to watch, stop and resume a stream. */
function longText(language: Language): string {
  const sentences = Array.from({ length: LONG_SENTENCES }, (_, i) =>
    language === 'ja'
      ? `${i + 1}. これは長い応答を確かめるための${i + 1}番目の文です。`
      : `${i + 1}. This is sentence ${i + 1} of a long answer.`,
  )
  return sentences.join('\n')
}

function code(language: Language): string {
  const intro = language === 'ja' ? '短い例です。' : 'A short example:'
  return `${intro}\n\n\`\`\`ts\nexport function add(a: number, b: number): number {\n  return a + b\n}\n\`\`\``
}

function table(language: Language): string {
  return language === 'ja'
    ? '| 項目 | 値 |\n|---|---:|\n| 東京 | 14 |\n| 横浜 | 4 |\n| 神戸 | 1.5 |'
    : '| item | value |\n|---|---:|\n| Tokyo | 14 |\n| Yokohama | 4 |\n| Kobe | 1.5 |'
}

function formula(language: Language): string {
  const intro = language === 'ja' ? '二次方程式の解の公式です。' : 'The quadratic formula:'
  return `${intro}\n\n$$x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$$`
}
