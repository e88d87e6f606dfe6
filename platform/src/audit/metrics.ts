import type { Services } from '../app/services.ts'
import { listRuns } from './runs.ts'

/** What the service level of the audit is measured by: the newest run, read when somebody scrapes. */
export function auditMetrics({ db, metrics, log }: Pick<Services, 'db' | 'metrics' | 'log'>): void {
  const score = metrics.gauge({ name: 'audit_score', help: 'Score of the newest audit, 0 to 100.' })
  const findings = metrics.gauge({
    name: 'audit_findings',
    help: 'Findings of the newest audit that nobody has accepted.',
  })
  metrics.beforeExpose(async () => {
    try {
      const [newest] = await listRuns(db, 1)
      if (newest === undefined) return
      score.set(newest.score)
      findings.set(newest.counts.fail)
    } catch (error) {
      log.warn('audit.figures_failed', { err: error })
    }
  })
}
