import { UnstyledButton } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useMessages } from '../messages.ts'
import { Icon } from '../parts/icon.tsx'
import { useTrail } from '../where.ts'
import { BackgroundWork } from './background-work.tsx'
import { EnvironmentBadge } from './environment-badge.tsx'
import { MeMenu } from './me-menu.tsx'
import { NoticeBell } from './notice-bell.tsx'
import { openSearch } from './search.tsx'
import classes from './top-bar.module.css'

const apple = /Mac|iPhone|iPad/.test(navigator.platform)

export function TopBar() {
  const t = useMessages('shell')
  const trail = useTrail()
  return (
    <header className={classes.bar} data-print="none">
      <ol className={classes.trail}>
        {trail.map(({ label, to }) => (
          <li key={`${to} ${label}`}>
            {to === undefined ? <span>{label}</span> : <Link to={to}>{label}</Link>}
          </li>
        ))}
      </ol>
      <EnvironmentBadge />
      <UnstyledButton
        className={classes.search}
        onClick={openSearch}
        aria-keyshortcuts="Control+K Meta+K"
      >
        <Icon of={IconSearch} size={16} />
        <span>{t('search')}</span>
        <kbd aria-hidden>{apple ? '⌘K' : 'Ctrl K'}</kbd>
      </UnstyledButton>
      <BackgroundWork />
      <NoticeBell />
      <MeMenu />
    </header>
  )
}
