import chart from '@minato/web/bar-chart.module.css'
import { useLocale } from '@minato/web/locale'
import type { UsageRow } from '../shapes.ts'
import { formatMetric, type Metric, measured } from './metric.ts'
import classes from './usage-chart.module.css'

/** As many days as can carry their value as a label. */
const LABELLED_DAYS = 7

/**
 * A bar a day, from zero. Drawn by hand: a chart library would take the page over the 300 kB of
 * script that an app may load.
 */
export function UsageChart({
  rows,
  metric,
  question,
}: {
  rows: UsageRow[]
  metric: Metric
  question: string
}) {
  const locale = useLocale()
  const top = niceTop(Math.max(...rows.map((row) => measured(row, metric))))
  const day = new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone: 'UTC' })
  const dayOf = (row: UsageRow | undefined) => row && day.format(new Date(row.key))
  const words = (value: number) => formatMetric(value, metric, locale)
  const used = rows.filter((row) => measured(row, metric) > 0)
  const spoken = used.map((row) => `${dayOf(row)} ${words(measured(row, metric))}`).join(', ')
  return (
    <div className={chart.chart} role="img" aria-label={`${question} ${spoken}`}>
      <div className={chart.scale}>
        {[top, top / 2, 0].map((value) => (
          <span key={value}>{words(value)}</span>
        ))}
      </div>
      <div className={chart.bars}>
        {rows.map((row) => {
          const value = measured(row, metric)
          return (
            <div key={row.key} className={classes.column} title={`${dayOf(row)} ${words(value)}`}>
              {value > 0 && rows.length <= LABELLED_DAYS && (
                <span className={classes.value}>{words(value)}</span>
              )}
              {value > 0 && (
                <span
                  className={classes.bar}
                  style={{ height: `max(2px, ${(100 * value) / top}%)` }}
                />
              )}
            </div>
          )
        })}
      </div>
      <div className={chart.times}>
        <span>{dayOf(rows[0])}</span>
        <span>{dayOf(rows[Math.floor(rows.length / 2)])}</span>
        <span>{dayOf(rows.at(-1))}</span>
      </div>
    </div>
  )
}

/** The next round number above, so that the scale reads well. */
function niceTop(most: number): number {
  if (most <= 0) return 1
  const unit = 10 ** Math.floor(Math.log10(most))
  return ([1, 2, 4, 5, 10].find((step) => step * unit >= most) ?? 10) * unit
}
