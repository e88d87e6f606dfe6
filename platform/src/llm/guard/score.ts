import { visible } from './invisible.ts'
import { decodings, squeezedLetters } from './obfuscation.ts'
import { applyRules, combine, type Finding } from './rule.ts'
import { ENGLISH, ENGLISH_ANCHOR, ENGLISH_SQUEEZED } from './rules-english.ts'
import { EUROPEAN, EUROPEAN_ANCHOR } from './rules-european.ts'
import { JAPANESE, JAPANESE_ANCHOR } from './rules-japanese.ts'
import { hasTemplateMark } from './template-marks.ts'
import { hasJapanese, japaneseView, latinView } from './views.ts'

export type Verdict = 'allow' | 'flag' | 'block'
export type Score = { verdict: Verdict; score: number; reasons: string[] }

/** From these on a text is flagged, and blocked. */
export const FLAG_FROM = 0.5
export const BLOCK_FROM = 0.85

function ruleFindings(latin: string): Finding[] {
  const findings: Finding[] = []
  if (ENGLISH_ANCHOR.test(latin)) findings.push(...applyRules(ENGLISH, latin))
  if (EUROPEAN_ANCHOR.test(latin)) findings.push(...applyRules(EUROPEAN, latin))
  if (hasJapanese(latin)) {
    const japanese = japaneseView(latin)
    if (JAPANESE_ANCHOR.test(japanese)) findings.push(...applyRules(JAPANESE, japanese))
  }
  return findings
}

function hiddenFindings(text: string, latin: string): Finding[] {
  const findings: Finding[] = []
  const letters = squeezedLetters(latin)
  if (letters !== undefined) findings.push(...applyRules(ENGLISH_SQUEEZED, letters))
  for (const { how, text: decoded } of decodings(text, latin)) {
    for (const finding of ruleFindings(latinView(visible(decoded)))) {
      findings.push({ ...finding, id: `${how}: ${finding.id}` })
    }
  }
  return findings
}

/** All rule findings of a text; exported for training. */
export function findingsOf(text: string): Finding[] {
  const shown = visible(text)
  const latin = latinView(shown)
  const findings = [...ruleFindings(latin), ...hiddenFindings(shown, latin)]
  if (hasTemplateMark(shown))
    findings.push({ id: 'template-mark', family: 'boundary', weight: 0.6 })
  return findings
}

export function score(text: string): Score {
  const findings = findingsOf(text)
  const value = combine(findings)
  const verdict = value >= BLOCK_FROM ? 'block' : value >= FLAG_FROM ? 'flag' : 'allow'
  const reasons = [...new Set(findings.sort((a, b) => b.weight - a.weight).map(({ id }) => id))]
  return { verdict, score: Math.round(value * 1000) / 1000, reasons }
}
