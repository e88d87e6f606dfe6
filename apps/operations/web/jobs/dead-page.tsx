import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconMoodCheck } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import type { ListedJob } from './job-shapes.ts'
import { useJobsTabs } from './jobs-tabs.ts'

const REFRESH_MS = 15_000

/** Jobs that wait for somebody's decision. */
export function DeadPage() {
  const t = useMessages('operations')
  const locale = useLocale()
  const jobs = useList<ListedJob>('/jobs', { state: 'failed' }, REFRESH_MS)
  return (
    <OperationsPage title={t('jobs.title')} intro={t('dead.intro')} tabs={useJobsTabs()}>
      <Answer of={jobs}>
        {() => (
          <>
            <RetryAll jobs={jobs.rows} />
            <DataTable
              label={t('dead.title')}
              rows={jobs.rows}
              rowKey={(job) => job.id}
              rowLink={(job) => `/operations/jobs/${job.id}`}
              more={jobs.more}
              empty={
                <EmptyState
                  icon={IconMoodCheck}
                  title={t('dead.empty')}
                  detail={t('dead.emptyDetail')}
                />
              }
              columns={[
                {
                  key: 'name',
                  header: t('jobs.name'),
                  primary: true,
                  cell: (job) => job.title[locale],
                },
                {
                  key: 'reason',
                  header: t('jobs.reason'),
                  cell: (job) => <code>{job.reason}</code>,
                },
                { key: 'detail', header: t('jobs.state'), cell: (job) => job.detail?.[locale] },
                {
                  key: 'attempts',
                  header: t('jobs.attempts'),
                  align: 'right',
                  cell: (job) => job.attempts,
                },
                {
                  key: 'finishedAt',
                  header: t('jobs.finished'),
                  cell: (job) =>
                    job.finishedAt === null ? '—' : <Time at={job.finishedAt} as="relative" />,
                },
              ]}
            />
          </>
        )}
      </Answer>
    </OperationsPage>
  )
}

/** One button a kind of job that has failed. */
function RetryAll({ jobs }: { jobs: ListedJob[] }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const { can } = useSession()
  if (!can('jobs.manage')) return null
  const titles = new Map(jobs.map((job) => [job.name, job.title[locale]]))
  return (
    <div className={classes.row}>
      {[...titles].map(([name, title]) => (
        <ConfirmAct
          key={name}
          title={t('dead.askTitle', { name: title })}
          detail={t('dead.askDetail')}
          act={t('jobs.retry.act')}
          onConfirm={async () => {
            const done = await api.post<{ jobs: number }>('/api/operations/jobs/retry-failed', {
              name,
            })
            await refresh()
            notify({ tone: 'done', title: t('dead.done', { count: done.jobs }) })
          }}
        >
          {(ask) => <Button onClick={ask}>{t('dead.act', { name: title })}</Button>}
        </ConfirmAct>
      ))}
    </div>
  )
}
