import type { Phase, Severity } from '../define-check.ts'
import type { Result } from '../report.ts'

export type Language = 'en' | 'ja'

/** What a check came to, in one word: a waived failure is neither right nor open. */
export type State = 'open' | 'waived' | 'unproven' | 'passed'

export function stateOf({ status, waiver }: Pick<Result, 'status' | 'waiver'>): State {
  if (status === 'pass') return 'passed'
  if (status === 'skip') return 'unproven'
  return waiver === undefined ? 'open' : 'waived'
}

type Words = {
  phases: Record<Phase, string>
  severities: Record<Severity, string>
  states: Record<State, string>
  why: string
  mend: string
  seen: string
  score: string
  minutes(minutes: number): string
  waived(owner: string, expires: string): string
  summary(counts: { pass: number; fail: number; waived: number; skip: number }): string
}

/** The words of the terminal's report. */
export const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    phases: {
      static: 'Files',
      boot: 'Configuration and database',
      live: 'Running system',
    },
    severities: { critical: 'critical', high: 'high', medium: 'medium', low: 'low' },
    states: { open: 'OPEN', waived: 'WAIVED', unproven: 'UNPROVEN', passed: 'ok' },
    why: 'why',
    mend: 'mend',
    seen: 'seen',
    score: 'Score',
    minutes: (minutes) => `${minutes} min`,
    waived: (owner, expires) => `accepted by ${owner} until ${expires}`,
    summary: ({ pass, fail, waived, skip }) =>
      `${pass} right, ${fail} open, ${waived} waived, ${skip} unproven`,
  },
  ja: {
    phases: { static: 'ファイル', boot: '設定とデータベース', live: '稼働中のシステム' },
    severities: { critical: '致命的', high: '高', medium: '中', low: '低' },
    states: { open: '未対応', waived: '免除', unproven: '未確認', passed: '合格' },
    why: '理由',
    mend: '対処',
    seen: '確認',
    score: 'スコア',
    minutes: (minutes) => `${minutes} 分`,
    waived: (owner, expires) => `${owner} が ${expires} まで承認`,
    summary: ({ pass, fail, waived, skip }) =>
      `合格 ${pass}、未対応 ${fail}、免除 ${waived}、未確認 ${skip}`,
  },
}
