import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import chart from '@minato/web/bar-chart.module.css'
import classes from '@minato/web/blocks.module.css'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconServer2 } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { PeriodChoice, usePeriod } from '../period-choice.tsx'
import { useAnswer, useList } from '../queries.ts'
import type { List } from '../shapes.ts'
import type { Ended, WorkerRow } from './job-shapes.ts'
import { useJobsTabs } from './jobs-tabs.ts'
import { ThroughputChart } from './throughput-chart.tsx'

const REFRESH_MS = 10_000

export function ThroughputPage() {
  const t = useMessages('operations')
  const hours = usePeriod()
  const ended = useAnswer<List<Ended>>('/jobs/throughput', { hours }, REFRESH_MS)
  return (
    <OperationsPage title={t('jobs.title')} intro={t('workers.intro')} tabs={useJobsTabs()}>
      <PeriodChoice />
      <section className={classes.section}>
        <h2>{t('workers.question', { period: t(`workers.periods.${hours}`) })}</h2>
        <div className={chart.figure}>
          <Answer of={ended} lines={5}>
            {({ items }) => <ThroughputChart steps={items} />}
          </Answer>
        </div>
      </section>
      <Workers />
    </OperationsPage>
  )
}

function Workers() {
  const t = useMessages('operations')
  const workers = useList<WorkerRow>('/jobs/workers', {}, REFRESH_MS)
  return (
    <section className={classes.section}>
      <h2>{t('workers.list')}</h2>
      <Answer of={workers}>
        {() => (
          <DataTable
            label={t('workers.list')}
            rows={workers.rows}
            rowKey={(row) => row.id}
            empty={
              <EmptyState
                icon={IconServer2}
                title={t('workers.empty')}
                detail={t('workers.emptyDetail')}
              />
            }
            columns={[
              { key: 'host', header: t('workers.host'), primary: true, cell: (row) => row.host },
              { key: 'pid', header: t('workers.process'), align: 'right', cell: (row) => row.pid },
              { key: 'state', header: t('jobs.state'), cell: (row) => <Life row={row} /> },
              {
                key: 'running',
                header: t('workers.running'),
                align: 'right',
                cell: (row) => row.running,
              },
              { key: 'version', header: t('workers.version'), cell: (row) => row.version },
              {
                key: 'heartbeat',
                header: t('workers.heartbeat'),
                cell: (row) => <Time at={row.heartbeatAt} as="relative" />,
              },
            ]}
          />
        )}
      </Answer>
    </section>
  )
}

function Life({ row }: { row: WorkerRow }) {
  const t = useMessages('operations')
  if (!row.alive) return <Badge tone="bad">{t('workers.silent')}</Badge>
  return (
    <Badge tone={row.draining ? 'warn' : 'good'}>
      {t(row.draining ? 'workers.draining' : 'workers.alive')}
    </Badge>
  )
}
