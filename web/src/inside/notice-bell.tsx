import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { somebodyIsHere } from '../activity.ts'
import type { Notice } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { ErrorNote } from '../parts/error-state.tsx'
import { Time } from '../parts/time.tsx'
import { queryClient, type Session, type ShellInfo, shellQuery, useSession } from '../session.ts'
import { usableApps } from './apps.ts'
import classes from './top-bar.module.css'
import { NothingHere, TopPopover } from './top-popover.tsx'

const POLL_MS = 60_000

/** What the apps want this person to know, while it holds. */
export function NoticeBell() {
  const t = useMessages('shell')
  const { can: _, ...session } = useSession()
  const [open, setOpen] = useState(false)
  const notices = useQuery({
    queryKey: ['notices'],
    queryFn: () => collect(session),
    refetchInterval: () => (somebodyIsHere() ? POLL_MS : false),
    refetchOnWindowFocus: 'always',
  })
  const count = notices.data?.length ?? 0
  return (
    <TopPopover icon={IconBell} title={t('notices')} count={count} opened={open} onChange={setOpen}>
      {notices.isError && <ErrorNote error={notices.error} />}
      {notices.data !== undefined && count === 0 && (
        <NothingHere title={t('noNotices')} detail={t('noNoticesDetail')} />
      )}
      <ul className={classes.notices}>
        {notices.data?.map((notice) => (
          <NoticeLine key={notice.id} notice={notice} onFollow={() => setOpen(false)} />
        ))}
      </ul>
    </TopPopover>
  )
}

async function collect(session: Session): Promise<Notice[]> {
  const shell = queryClient.getQueryData<ShellInfo>(shellQuery.queryKey)
  if (shell === undefined) return []
  const lists = await Promise.all(
    usableApps(session, shell).map((app) => app.notices?.(session) ?? []),
  )
  return lists.flat()
}

function NoticeLine({ notice, onFollow }: { notice: Notice; onFollow: () => void }) {
  const locale = useLocale()
  const tone = notice.tone === 'info' ? undefined : classes[notice.tone]
  return (
    <li>
      <p className={tone}>
        {notice.to === undefined ? (
          notice.title[locale]
        ) : (
          <Link to={notice.to} onClick={onFollow}>
            {notice.title[locale]}
          </Link>
        )}
      </p>
      {notice.detail !== undefined && <p className={classes.dim}>{notice.detail[locale]}</p>}
      {notice.at !== undefined && (
        <p className={classes.dim}>
          <Time at={notice.at} as="relative" />
        </p>
      )}
    </li>
  )
}
