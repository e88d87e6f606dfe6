import { BarChart } from '@minato/web/bar-chart'
import { useMessages } from '@minato/web/messages'
import own from './readiness.module.css'
import type { Run } from './readiness-shapes.ts'

/** A bar a run, oldest first, from 0 to 100. */
export function ScoreChart({ runs }: { runs: Run[] }) {
  const t = useMessages('operations')
  return (
    <div className={own.chart}>
      <BarChart
        question={t('readiness.history')}
        steps={runs.map(({ startedAt, score }) => ({ at: startedAt, score }))}
        parts={[{ key: 'score', label: t('readiness.score'), tone: 'plain' }]}
        words={(score) => String(Math.round(score))}
        upTo={100}
        low
      />
    </div>
  )
}
