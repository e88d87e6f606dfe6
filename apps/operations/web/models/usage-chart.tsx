import '@mantine/charts/styles.layer.css'
import { BarChart } from '@mantine/charts'
import { useLocale } from '@minato/web/locale'
import type { UsageRow } from '../shapes.ts'
import { formatMetric, type Metric, measured } from './metric.ts'

/** Bars a day, from zero. A file of its own: the library loads when a chart is on the page. */
export function UsageChart({
  rows,
  metric,
  label,
}: {
  rows: UsageRow[]
  metric: Metric
  label: string
}) {
  const locale = useLocale()
  const day = new Intl.DateTimeFormat(locale, { month: 'numeric', day: 'numeric', timeZone: 'UTC' })
  const data = rows.map((row) => ({
    day: day.format(new Date(row.key)),
    value: measured(row, metric),
  }))
  return (
    <BarChart
      h={260}
      data={data}
      dataKey="day"
      series={[{ name: 'value', label, color: 'var(--minato-link)' }]}
      valueFormatter={(value) => formatMetric(value, metric, locale)}
      yAxisProps={{ width: 72, domain: [0, 'auto'] }}
      maxBarWidth={36}
      withBarValueLabel={rows.length <= 14}
      tickLine="none"
      gridAxis="x"
      barProps={{ isAnimationActive: false }}
    />
  )
}

export default UsageChart
