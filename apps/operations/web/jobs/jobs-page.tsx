import { Answer } from '@minato/web/answer'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { JobState } from '@minato/web/job-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconStack2 } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer, useList } from '../queries.ts'
import type { List } from '../shapes.ts'
import { JOB_STATES, type JobName, type ListedJob } from './job-shapes.ts'
import { useJobsTabs } from './jobs-tabs.ts'

const REFRESH_MS = 5000

export function JobsPage() {
  const t = useMessages('operations')
  const parts = useMessages('parts')
  const locale = useLocale()
  const [{ state, name, owner }] = useFilters()
  const jobs = useList<ListedJob>('/jobs', { state, name, owner }, REFRESH_MS)
  const names = useAnswer<List<JobName>>('/jobs/names')
  return (
    <OperationsPage title={t('jobs.title')} intro={t('jobs.intro')} tabs={useJobsTabs()}>
      <Answer of={jobs}>
        {() => (
          <DataTable
            label={t('jobs.title')}
            rows={jobs.rows}
            rowKey={(job) => job.id}
            rowLink={(job) => `/operations/jobs/${job.id}`}
            more={jobs.more}
            empty={
              <EmptyState
                icon={IconStack2}
                title={t('jobs.empty')}
                detail={t('jobs.emptyDetail')}
              />
            }
            filters={[
              {
                key: 'state',
                label: t('jobs.state'),
                choices: JOB_STATES.map((value) => ({ value, label: parts(`jobStates.${value}`) })),
              },
              {
                key: 'name',
                label: t('jobs.name'),
                choices: (names.data?.items ?? []).map((one) => ({
                  value: one.name,
                  label: one.title[locale],
                })),
              },
              { key: 'owner', label: t('jobs.ownerFilter') },
            ]}
            columns={[
              {
                key: 'name',
                header: t('jobs.name'),
                primary: true,
                cell: (job) => job.title[locale],
              },
              {
                key: 'state',
                header: t('jobs.state'),
                cell: (job) => <JobState state={job.state} />,
              },
              {
                key: 'progress',
                header: t('jobs.progress'),
                align: 'right',
                cell: (job) => (job.state === 'running' ? `${job.progress}%` : '—'),
              },
              {
                key: 'reason',
                header: t('jobs.reason'),
                cell: (job) => (job.reason === null ? '—' : <code>{job.reason}</code>),
              },
              {
                key: 'owner',
                header: t('jobs.owner'),
                cell: (job) => job.owner ?? t('jobs.system'),
              },
              {
                key: 'createdAt',
                header: t('jobs.created'),
                cell: (job) => <Time at={job.createdAt} as="relative" />,
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}
