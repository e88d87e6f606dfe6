import { Button, Progress } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { eventStream } from '@minato/web/event-stream'
import { JobState } from '@minato/web/job-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { queryClient } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer, useList } from '../queries.ts'
import type { Container, Job } from '../shapes.ts'
import classes from './job.module.css'

/** A job as it happens. It goes on without this page. */
export function JobPage() {
  const t = useMessages('mcp-console')
  const locale = useLocale()
  const { id } = useParams({ strict: false }) as { id: string }
  const job = useAnswer<Job>(`/api/jobs/${id}`)
  useLive(id, job.data?.state)
  return (
    <ConsolePage
      title={job.data?.title[locale] ?? t('jobs.title')}
      crumbs={[{ label: t('servers.title'), to: '/mcp-console/servers' }]}
      actions={job.data === undefined ? undefined : <Acts job={job.data} />}
    >
      <Answer of={job}>{(data) => <Timeline job={data} />}</Answer>
    </ConsolePage>
  )
}

function Timeline({ job }: { job: Job }) {
  const t = useMessages('mcp-console')
  const locale = useLocale()
  const words = (message: Job['timeline'][number]['message']) =>
    typeof message === 'string' ? message : message[locale]
  return (
    <section className={blocks.card}>
      <div className={blocks.heading}>
        <h2>{job.message?.[locale] ?? job.title[locale]}</h2>
        <JobState state={job.state} />
      </div>
      <Progress
        value={job.state === 'succeeded' ? 100 : job.progress}
        color={job.state === 'failed' ? 'red' : 'blue'}
        aria-label={t('jobs.progress')}
      />
      {job.detail !== null && (
        <p className={classes.reason} role="alert">
          {job.detail[locale]}{' '}
          {job.reason !== null && (
            <span data-reason-code>
              <code>{job.reason}</code>
            </span>
          )}
        </p>
      )}
      <ol className={classes.steps} aria-label={t('jobs.steps')}>
        {job.timeline.map(({ at, percent, message }) => (
          <li key={`${at} ${percent} ${words(message)}`}>
            <Time at={at} as="second" />
            <span>{words(message)}</span>
          </li>
        ))}
      </ol>
      <ServerOf job={job} />
    </section>
  )
}

/** The server this job made or changed. */
function ServerOf({ job }: { job: Job }) {
  const t = useMessages('mcp-console')
  const servers = useList<Container>('/containers')
  const made = servers.rows.find(({ jobId }) => jobId === job.id)
  if (made === undefined || job.state !== 'succeeded') return null
  return (
    <Link to={`/mcp-console/servers/${made.id}`} className={blocks.touch}>
      {t('jobs.server')}
    </Link>
  )
}

function Acts({ job }: { job: Job }) {
  const t = useMessages('mcp-console')
  const locale = useLocale()
  const title = job.title[locale]
  const running = job.state === 'queued' || job.state === 'running'
  if (job.state === 'failed')
    return (
      <Button
        onClick={async () => {
          await api.post(`/api/jobs/${job.id}/retry`)
          await refresh()
        }}
      >
        {t('jobs.retry')}
      </Button>
    )
  if (!running) return null
  return (
    <ConfirmAct
      title={t('jobs.cancelTitle', { title })}
      detail={t('jobs.cancelDetail')}
      act={t('jobs.cancel')}
      onConfirm={async () => {
        await api.post(`/api/jobs/${job.id}/cancel`)
        await refresh()
        notify({ tone: 'done', title: t('jobs.cancelDone') })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('jobs.cancel')}</Button>}
    </ConfirmAct>
  )
}

/** Each change of the job as it comes; a cut stream is opened again. */
function useLive(id: string, state: Job['state'] | undefined): void {
  const running = state === 'queued' || state === 'running'
  useEffect(() => {
    if (!running) return
    const leaving = new AbortController()
    const read = async () => {
      const path = `/api/jobs/${id}/stream`
      for await (const { event, data } of eventStream<Job>(path, { signal: leaving.signal })) {
        if (event !== 'job') continue
        queryClient.setQueryData(['mcp-console', 'answer', `/api/jobs/${id}`, {}], data)
      }
      await refresh()
    }
    // After a cut the page asks once more; while the job runs that opens the stream again.
    read().catch(() => (leaving.signal.aborted ? undefined : refresh()))
    return () => leaving.abort()
  }, [id, running])
}
