import { IconLoader2 } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { ErrorNote } from '../parts/error-state.tsx'
import { useSession } from '../session.ts'
import { apps } from './apps.ts'
import { useLiveJobs, useOwnJobs } from './own-jobs.ts'
import type { OwnJob } from './own-jobs-list.ts'
import classes from './top-bar.module.css'
import { NothingHere, TopPopover } from './top-popover.tsx'

/** The work that runs for this person: how far it is, and where to look at it. */
export function BackgroundWork() {
  const t = useMessages('shell')
  const { user } = useSession()
  const [open, setOpen] = useState(false)
  const [live, setLive] = useState(false)
  const jobs = useOwnJobs()
  const count = jobs.data?.length ?? 0
  if (!live && (open || count > 0)) setLive(true)
  useLiveJobs(user.id, live)
  return (
    <TopPopover
      icon={IconLoader2}
      title={t('work.title')}
      count={count}
      opened={open}
      onChange={setOpen}
      idle={count === 0 && !open}
    >
      {jobs.isPending && <div className={classes.dim}>{t('work.loading')}</div>}
      {jobs.isError && <ErrorNote error={jobs.error} />}
      {jobs.data !== undefined && count === 0 && (
        <NothingHere title={t('work.none')} detail={t('work.noneDetail')} />
      )}
      <ul className={classes.notices}>
        {jobs.data?.map((job) => (
          <JobLine key={job.id} job={job} onFollow={() => setOpen(false)} />
        ))}
      </ul>
    </TopPopover>
  )
}

function JobLine({ job, onFollow }: { job: OwnJob; onFollow: () => void }) {
  const locale = useLocale()
  const page = pageOf(job)
  const title = job.title[locale]
  return (
    <li>
      <p>
        {page === undefined ? (
          title
        ) : (
          <Link to={page} onClick={onFollow}>
            {title}
          </Link>
        )}
      </p>
      <progress className={classes.progress} value={job.progress} max={100} aria-label={title} />
      <p className={classes.dim}>
        {job.message?.[locale]} <span data-number>{job.progress} %</span>
      </p>
    </li>
  )
}

/** A job is named after its app, which may have a page for it. */
function pageOf({ name, id }: OwnJob): string | undefined {
  const app = apps.find((one) => name.startsWith(`${one.name}.`))
  return app?.jobPage?.(id)
}
