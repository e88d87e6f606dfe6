import type { Bilingual } from '../config/index.ts'
import type { AnyCheck, Phase, Place, Severity } from './define-check.ts'
import type { Waiver } from './waivers.ts'

/** What became of one check. */
export type Result = {
  id: string
  phase: Phase
  severity: Severity
  title: Bilingual
  why: Bilingual
  mend: Bilingual
  minutes: number
  seeds: readonly string[]
  status: 'pass' | 'fail' | 'skip'
  evidence: Bilingual
  place?: Place
  /** The check itself threw or took too long: what it looks at is unknown. */
  unevaluated?: true
  /** A failed check that its owner accepts until a day. */
  waiver?: Omit<Waiver, 'id'>
  durationMs: number
}

export type Counts = { pass: number; fail: number; waived: number; skip: number }

export type Report = {
  version: 1
  startedAt: string
  finishedAt: string
  release: string
  /** Absent where only files were looked at. */
  profile?: string
  phases: Phase[]
  score: number
  scores: Partial<Record<Phase, number>>
  counts: Counts
  /** Minutes to mend everything that is neither right nor waived. */
  minutes: number
  results: Result[]
}

/** The words of a check that a result carries along, so that a report is complete on its own. */
export function wordsOf(
  check: AnyCheck,
): Omit<Result, 'status' | 'evidence' | 'durationMs' | 'place' | 'waiver'> {
  const { id, phase, severity, title, why, mend, minutes, seeds = [] } = check
  return { id, phase, severity, title, why, mend, minutes, seeds }
}

/** A finding: it failed and nobody has accepted it. */
export function isFinding(result: Pick<Result, 'status' | 'waiver'>): boolean {
  return result.status === 'fail' && result.waiver === undefined
}
