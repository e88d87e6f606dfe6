import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { viewerZone } from '@minato/web/time'
import own from './readiness.module.css'
import type { Run } from './readiness-shapes.ts'

/** A bar a run, oldest first, from 0 to 100; the line is the level that is asked for. */
export function ScoreChart({ runs }: { runs: Run[] }) {
  const t = useMessages('operations')
  const day = new Intl.DateTimeFormat(useLocale(), {
    month: 'short',
    day: 'numeric',
    timeZone: viewerZone(),
  })
  const dayOf = (run: Run | undefined) => run && day.format(new Date(run.startedAt))
  return (
    <div
      className={own.chart}
      role="img"
      aria-label={`${t('readiness.history')}: ${runs.map((run) => `${dayOf(run)} ${run.score}`).join(', ')}`}
    >
      <div className={own.scale}>
        <span>100</span>
        <span>50</span>
        <span>0</span>
      </div>
      <div className={own.bars}>
        {runs.map((run) => (
          <span
            key={run.id}
            className={own.bar}
            style={{ height: `max(2px, ${run.score}%)` }}
            title={`${dayOf(run)} ${run.score}/100`}
          />
        ))}
      </div>
      <div className={own.days}>
        <span>{dayOf(runs[0])}</span>
        <span>{dayOf(runs.at(-1))}</span>
      </div>
    </div>
  )
}
