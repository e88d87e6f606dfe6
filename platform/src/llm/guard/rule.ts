/**
 * A phrase rule: one thing attackers say. Rules of one `family` say the same thing in other words, so only
 * the heaviest of them counts; families add up as independent evidence (noisy or).
 */
export type Rule = {
  id: string
  family: string
  /** How sure one match alone makes us, 0–1. From 0.5 on it flags. */
  weight: number
  /** Must have the g flag and bounded gaps only: no `.*`, or 100 kB of text takes minutes (CWE-1333). */
  pattern: RegExp
  /** Fair context: what stands in the 60 characters before … */
  unlessBefore?: RegExp
  /** … or the 48 after the match, such as a question about it. */
  unlessAfter?: RegExp
}

export type Finding = { id: string; family: string; weight: number }

/** An excused match still counts a little: two excused ones and a real one are more than the real one. */
const EXCUSED = 0.2
const BEFORE_CHARS = 60
const AFTER_CHARS = 48
/** An attacker may place excused matches in front of the real one. */
const MAX_MATCHES = 6

function weigh(rule: Rule, text: string, start: number, end: number): number {
  if (rule.unlessBefore?.test(text.slice(Math.max(0, start - BEFORE_CHARS), start))) {
    return rule.weight * EXCUSED
  }
  if (rule.unlessAfter?.test(text.slice(end, end + AFTER_CHARS))) return rule.weight * EXCUSED
  return rule.weight
}

/** Applies rules to one view of a text. */
export function applyRules(rules: readonly Rule[], text: string): Finding[] {
  const findings: Finding[] = []
  for (const rule of rules) {
    let weight = 0
    rule.pattern.lastIndex = 0
    for (let count = 0; count < MAX_MATCHES && weight < rule.weight; count++) {
      const match = rule.pattern.exec(text)
      if (match === null) break
      weight = Math.max(weight, weigh(rule, text, match.index, match.index + match[0].length))
      if (match[0].length === 0) rule.pattern.lastIndex++
    }
    if (weight > 0) findings.push({ id: rule.id, family: rule.family, weight })
  }
  return findings
}

/** The heaviest finding of each family, combined as independent evidence: 1 − Π(1 − weight). */
export function combine(findings: readonly Finding[]): number {
  const heaviest = new Map<string, number>()
  for (const { family, weight } of findings) {
    heaviest.set(family, Math.max(heaviest.get(family) ?? 0, weight))
  }
  let doubt = 1
  for (const weight of heaviest.values()) doubt *= 1 - weight
  return 1 - doubt
}
