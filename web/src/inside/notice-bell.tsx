import { Popover, UnstyledButton } from '@mantine/core'
import { IconBell } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { somebodyIsHere } from '../activity.ts'
import type { Notice } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { ErrorNote } from '../parts/error-state.tsx'
import { Icon } from '../parts/icon.tsx'
import { Time } from '../parts/time.tsx'
import { queryClient, type Session, type ShellInfo, shellQuery, useSession } from '../session.ts'
import { usableApps } from './apps.ts'
import classes from './top-bar.module.css'

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
    <Popover
      opened={open}
      onChange={setOpen}
      position="bottom-end"
      width={320}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <UnstyledButton
          className={classes.round}
          onClick={() => setOpen(!open)}
          aria-label={count > 0 ? `${t('notices')} (${count})` : t('notices')}
        >
          <Icon of={IconBell} size={20} />
          {count > 0 && (
            <span className={classes.count} aria-hidden>
              {count}
            </span>
          )}
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('notices')} tabIndex={-1} data-quiet-focus>
        {notices.isError && <ErrorNote error={notices.error} />}
        {notices.data !== undefined && count === 0 && (
          <>
            <div>{t('noNotices')}</div>
            <div className={classes.dim}>{t('noNoticesDetail')}</div>
          </>
        )}
        <ul className={classes.notices}>
          {notices.data?.map((notice) => (
            <NoticeLine key={notice.id} notice={notice} onFollow={() => setOpen(false)} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
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
