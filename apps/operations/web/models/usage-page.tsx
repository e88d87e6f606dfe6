import { SegmentedControl, Select } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import parts from '@minato/web/blocks.module.css'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Money, NumberText } from '@minato/web/number-text'
import { IconChartBar } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Usage, UsageRow } from '../shapes.ts'
import { formatMetric, METRICS, type Metric, measured, withEmptyDays } from './metric.ts'
import { useModelsTabs } from './models-tabs.ts'
import { UsageChart } from './usage-chart.tsx'
import classes from './usage-page.module.css'

const PERIODS = [7, 30, 90] as const
const GROUPS = ['user', 'model', 'app', 'purpose', 'lane', 'outcome'] as const
type Group = (typeof GROUPS)[number]

export function UsagePage() {
  const t = useMessages('operations')
  const [filters] = useFilters()
  const days = PERIODS.find((period) => String(period) === filters.days) ?? 30
  const from = firstDay(days)
  const byDay = useAnswer<Usage>('/llm/usage', { by: 'day', from })
  return (
    <OperationsPage title={t('models.title')} intro={t('usage.intro')} tabs={useModelsTabs()}>
      <Answer of={byDay}>
        {({ items }) =>
          items.length === 0 && days === 30 ? (
            <EmptyState
              icon={IconChartBar}
              title={t('usage.empty')}
              detail={t('usage.emptyDetail')}
            />
          ) : (
            <Report rows={items} days={days} from={from} />
          )
        }
      </Answer>
    </OperationsPage>
  )
}

/** Today and the days before it, in Japan, as the ledger counts. */
function firstDay(days: number): string {
  const start = new Date(Date.now() - (days - 1) * 86_400_000)
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Tokyo' }).format(start)
}

function Report({ rows, days, from }: { rows: UsageRow[]; days: number; from: string }) {
  const t = useMessages('operations')
  const [filters, setFilters] = useFilters()
  const sums = sumOf(rows)
  // Without a known price every bar would be empty.
  const first = sums.costUsd > 0 ? 'cost' : 'tokens'
  const metric = METRICS.find((name) => name === filters.metric) ?? first
  const group = GROUPS.find((name) => name === filters.by) ?? 'user'
  return (
    <>
      <div className={classes.controls}>
        <SegmentedControl
          aria-label={t('usage.period')}
          value={String(days)}
          onChange={(value) => setFilters({ days: value })}
          data={PERIODS.map((value) => ({
            value: String(value),
            label: t('usage.days', { count: value }),
          }))}
        />
        <SegmentedControl
          aria-label={t('usage.metric')}
          value={metric}
          onChange={(value) => setFilters({ metric: value })}
          data={METRICS.map((value) => ({ value, label: t(`usage.${value}`) }))}
        />
      </div>
      <Sums sums={sums} />
      <section className={parts.section}>
        <h2>{t(`usage.dayQuestion.${metric}`)}</h2>
        <UsageChart
          rows={withEmptyDays(rows, days, new Date())}
          metric={metric}
          question={t(`usage.dayQuestion.${metric}`)}
        />
      </section>
      <Breakdown group={group} metric={metric} from={from} />
    </>
  )
}

type Sums = Pick<
  UsageRow,
  'costUsd' | 'inputTokens' | 'outputTokens' | 'calls' | 'failed' | 'unpriced'
>

function sumOf(rows: UsageRow[]): Sums {
  const sum = { costUsd: 0, inputTokens: 0, outputTokens: 0, calls: 0, failed: 0, unpriced: 0 }
  for (const row of rows) for (const key of Object.keys(sum) as (keyof Sums)[]) sum[key] += row[key]
  return sum
}

function Sums({ sums }: { sums: Sums }) {
  const t = useMessages('operations')
  return (
    <>
      <dl className={classes.sums}>
        <div>
          <dt>{t('usage.cost')}</dt>
          <dd>
            <Money value={sums.costUsd} currency="USD" />
          </dd>
        </div>
        <div>
          <dt>{t('usage.inputTokens')}</dt>
          <dd>
            <NumberText value={sums.inputTokens} compact />
          </dd>
        </div>
        <div>
          <dt>{t('usage.outputTokens')}</dt>
          <dd>
            <NumberText value={sums.outputTokens} compact />
          </dd>
        </div>
        <div>
          <dt>{t('usage.calls')}</dt>
          <dd>
            <NumberText value={sums.calls} />
          </dd>
        </div>
        <div>
          <dt>{t('usage.failed')}</dt>
          <dd>
            <NumberText value={sums.failed} />
          </dd>
        </div>
      </dl>
      {sums.unpriced > 0 && (
        <p className={parts.muted}>{t('usage.unpriced', { count: sums.unpriced })}</p>
      )}
    </>
  )
}

function Breakdown({ group, metric, from }: { group: Group; metric: Metric; from: string }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const [, setFilters] = useFilters()
  const report = useAnswer<Usage>('/llm/usage', { by: group, from })
  return (
    <section className={parts.section}>
      <div className={parts.heading}>
        <h2>{t(`usage.question.${group}`)}</h2>
        <Select
          aria-label={t('usage.by')}
          value={group}
          allowDeselect={false}
          onChange={(value) => setFilters({ by: value ?? undefined })}
          data={GROUPS.map((value) => ({ value, label: t(`usage.group.${value}`) }))}
        />
      </div>
      <Answer of={report} lines={4}>
        {({ items }) => {
          const rows = items.toSorted((a, b) => measured(b, metric) - measured(a, metric))
          const most = Math.max(...rows.map((row) => measured(row, metric)), Number.MIN_VALUE)
          return (
            <DataTable
              label={t(`usage.question.${group}`)}
              rows={rows}
              rowKey={(row) => row.key}
              empty={<p className={parts.muted}>{t('usage.none')}</p>}
              columns={[
                {
                  key: 'label',
                  header: t(`usage.group.${group}`),
                  primary: true,
                  cell: (row) => <span data-raw>{row.label}</span>,
                },
                {
                  key: 'value',
                  header: t(`usage.${metric}`),
                  cell: (row) => (
                    <div className={classes.bar}>
                      {formatMetric(measured(row, metric), metric, locale)}
                      <span style={{ width: `${(100 * measured(row, metric)) / most}%` }} />
                    </div>
                  ),
                },
                {
                  key: 'calls',
                  header: t('usage.calls'),
                  align: 'right',
                  cell: (row) => <NumberText value={row.calls} />,
                },
                {
                  key: 'failed',
                  header: t('usage.failed'),
                  align: 'right',
                  cell: (row) => <NumberText value={row.failed} />,
                },
                {
                  key: 'first',
                  header: t('usage.firstToken'),
                  align: 'right',
                  cell: (row) => <Seconds ms={row.p50FirstTokenMs} />,
                },
                {
                  key: 'slow',
                  header: t('usage.duration'),
                  align: 'right',
                  cell: (row) => <Seconds ms={row.p95DurationMs} />,
                },
              ]}
            />
          )
        }}
      </Answer>
    </section>
  )
}

function Seconds({ ms }: { ms: number | null }) {
  return ms === null ? '—' : <NumberText value={ms / 1000} digits={2} unit="second" />
}
