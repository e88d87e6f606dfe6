import { defineCheck, fail, type LiveCheck, type Outcome, pass } from '../define-check.ts'
import { visitOf } from './visit.ts'

export const leftNothing = defineCheck<LiveCheck>({
  id: 'audit.left-nothing',
  phase: 'live',
  severity: 'medium',
  title: { en: 'The audit cleared away after itself', ja: '監査が後始末を終えた' },
  why: {
    en: 'An account that only the audit knows is one too many.',
    ja: '監査用のアカウントが残ると、余計な入口になります。',
  },
  mend: {
    en: 'Run the audit again; it removes what an interrupted one left.',
    ja: '監査を再実行すると、中断時の残りも削除されます。',
  },
  minutes: 5,
  async run(context): Promise<Outcome> {
    const visit = await visitOf(context)
    const { undone, failed } = await visit.leave()
    return failed.length === 0
      ? pass(`Undone: ${undone.join(', ')}.`, `後始末: ${undone.join('、')}`)
      : fail(failed.join('; '))
  },
})
