import { Progress } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import classes from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { Facts } from '@minato/web/facts'
import { JobState } from '@minato/web/job-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { Link, useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { User } from '../shapes.ts'
import { JobActs } from './job-acts.tsx'
import { JobLog } from './job-log.tsx'
import type { WholeJob } from './job-shapes.ts'
import { JobTimeline } from './job-timeline.tsx'

const REFRESH_MS = 1500

export function JobPage() {
  const t = useMessages('operations')
  const { id } = useParams({ strict: false }) as { id: string }
  const job = useAnswer<WholeJob>(`/api/jobs/${id}`, {}, REFRESH_MS)
  return (
    <OperationsPage
      title={t('jobs.one')}
      crumbs={[{ label: t('jobs.title'), to: '/operations/jobs' }]}
    >
      <Answer of={job}>{(found) => <Job job={found} />}</Answer>
    </OperationsPage>
  )
}

function Job({ job }: { job: WholeJob }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const seconds = took(job)
  return (
    <>
      <section className={classes.card}>
        <div className={classes.heading}>
          <h2>{job.title[locale]}</h2>
          <JobActs job={job} />
        </div>
        {job.state === 'running' && (
          <Progress
            value={job.progress}
            aria-label={`${t('jobs.progress')} ${job.progress}%`}
            mb="md"
          />
        )}
        {job.detail !== null && <p>{job.detail[locale]}</p>}
        <Facts
          of={[
            [t('jobs.state'), <JobState key="state" state={job.state} />],
            [t('jobs.progress'), job.state === 'running' ? `${job.progress}%` : null],
            [t('jobs.reason'), job.reason === null ? null : <code key="reason">{job.reason}</code>],
            [t('jobs.name'), <code key="name">{job.name}</code>],
            [t('jobs.owner'), <Owner key="owner" id={job.ownerId} />],
            [t('jobs.attempts'), String(job.attempts)],
            [t('jobs.created'), <Time key="created" at={job.createdAt} as="second" />],
            [
              t('jobs.started'),
              job.startedAt && <Time key="started" at={job.startedAt} as="second" />,
            ],
            [
              t('jobs.finished'),
              job.finishedAt && <Time key="finished" at={job.finishedAt} as="second" />,
            ],
            [t('jobs.took'), seconds === null ? null : t('jobs.seconds', { count: seconds })],
          ]}
        />
      </section>
      <JobTimeline job={job} />
      {job.result !== null && (
        <section className={classes.section}>
          <h2>{t('jobs.result')}</h2>
          <CodeBlock label={t('jobs.result')}>{JSON.stringify(job.result, null, 2)}</CodeBlock>
        </section>
      )}
      <JobLog id={job.id} />
    </>
  )
}

function Owner({ id }: { id: string | null }) {
  const t = useMessages('operations')
  const { can } = useSession()
  if (id === null) return t('jobs.system')
  return can('users.view') ? <Person id={id} /> : id
}

function Person({ id }: { id: string }) {
  const user = useAnswer<User>(`/users/${id}`)
  return <Link to={`/operations/users/${id}`}>{user.data?.email ?? id}</Link>
}

/** Seconds, to a tenth. */
function took({ startedAt, finishedAt }: WholeJob): number | null {
  if (startedAt === null || finishedAt === null) return null
  return Math.round((Date.parse(finishedAt) - Date.parse(startedAt)) / 100) / 10
}
