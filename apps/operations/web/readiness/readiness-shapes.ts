import type { List, Words } from '../shapes.ts'

export const PHASES = ['static', 'boot', 'live'] as const
export type Phase = (typeof PHASES)[number]
export const SEVERITIES = ['critical', 'high', 'medium', 'low'] as const
export type Severity = (typeof SEVERITIES)[number]
export const STATES = ['open', 'waived', 'unproven', 'passed'] as const
export type State = (typeof STATES)[number]

export type Run = {
  id: string
  startedAt: string
  finishedAt: string
  release: string
  profile: string
  phases: Phase[]
  score: number
  counts: { pass: number; fail: number; waived: number; skip: number }
  actor: string
}
export type RunningAudit = {
  id: string
  state: 'queued' | 'running'
  progress: number
  message: Words | null
}
export type Runs = List<Run> & { running: RunningAudit | null }
export type Result = {
  id: string
  phase: Phase
  severity: Severity
  title: Words
  why: Words
  mend: Words
  minutes: number
  seeds: string[]
  status: 'pass' | 'fail' | 'skip'
  evidence: Words
  place?: { file?: string; line?: number; variable?: string; url?: string }
  waiver?: { owner: string; reason: string; expires: string }
}
export type WholeRun = Run & {
  scores: Partial<Record<Phase, number>>
  minutes: number
  results: Result[]
}

/** A waived failure is neither right nor open; what could not be looked at is not right either. */
export function stateOf({ status, waiver }: Result): State {
  if (status === 'pass') return 'passed'
  if (status === 'skip') return 'unproven'
  return waiver === undefined ? 'open' : 'waived'
}
