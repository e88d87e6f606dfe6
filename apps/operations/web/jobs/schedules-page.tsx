import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconCalendarTime } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import type { ScheduleRow } from './job-shapes.ts'
import { useJobsTabs } from './jobs-tabs.ts'

const REFRESH_MS = 5000

export function SchedulesPage() {
  const t = useMessages('operations')
  const locale = useLocale()
  const schedules = useList<ScheduleRow>('/schedules', {}, REFRESH_MS)
  return (
    <OperationsPage title={t('jobs.title')} intro={t('schedules.intro')} tabs={useJobsTabs()}>
      <Answer of={schedules}>
        {() => (
          <DataTable
            label={t('schedules.title')}
            rows={schedules.rows}
            rowKey={(row) => row.name}
            empty={
              <EmptyState
                icon={IconCalendarTime}
                title={t('schedules.empty')}
                detail={t('schedules.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'name',
                header: t('schedules.name'),
                primary: true,
                cell: (row) => row.title[locale],
              },
              { key: 'cron', header: t('schedules.cron'), cell: (row) => <code>{row.cron}</code> },
              { key: 'zone', header: t('schedules.zone'), cell: (row) => row.timeZone },
              { key: 'state', header: t('jobs.state'), cell: (row) => <State row={row} /> },
              { key: 'next', header: t('schedules.next'), cell: (row) => <At at={row.nextAt} /> },
              { key: 'last', header: t('schedules.last'), cell: (row) => <At at={row.lastAt} /> },
              { key: 'acts', header: '', cell: (row) => <Acts row={row} /> },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

function State({ row }: { row: ScheduleRow }) {
  const t = useMessages('operations')
  return (
    <Badge tone={row.paused ? 'warn' : 'good'}>
      {t(row.paused ? 'schedules.paused' : 'schedules.active')}
    </Badge>
  )
}

function At({ at }: { at: string | null }) {
  return at === null ? '—' : <Time at={at} as="minute" />
}

function Acts({ row }: { row: ScheduleRow }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { can } = useSession()
  if (!can('jobs.manage')) return null
  const address = `/api/operations/schedules/${row.name}`
  const done = async (title: string) => {
    await refresh()
    notify({ tone: 'done', title })
  }
  const toggle = async () => {
    await api.post(`${address}/${row.paused ? 'resume' : 'pause'}`)
    await done(t(row.paused ? 'schedules.resumedDone' : 'schedules.pausedDone'))
  }
  return (
    <div className={classes.row}>
      <Button size="compact-sm" onClick={() => void toggle()}>
        {t(row.paused ? 'schedules.resume' : 'schedules.pause')}
      </Button>
      <ConfirmAct
        title={t('schedules.runTitle', { name: row.title[locale] })}
        detail={t('schedules.runDetail')}
        act={t('schedules.run')}
        onConfirm={async () => {
          await api.post(`${address}/run`)
          await done(t('schedules.runDone'))
        }}
      >
        {(ask) => (
          <Button size="compact-sm" onClick={ask}>
            {t('schedules.run')}
          </Button>
        )}
      </ConfirmAct>
    </div>
  )
}
