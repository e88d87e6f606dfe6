import { IconHome } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link, useRouterState } from '@tanstack/react-router'
import type { IconComponent } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { Icon } from '../parts/icon.tsx'
import { shellQuery, useSession } from '../session.ts'
import mark from '../styles/mark.svg'
import { usableApps } from './apps.ts'
import classes from './rail.module.css'

/** The apps a person may use; on a phone a bar at the thumb. */
export function Rail() {
  const t = useMessages('shell')
  const locale = useLocale()
  const session = useSession()
  const shell = useQuery(shellQuery)
  const usable = shell.data === undefined ? [] : usableApps(session, shell.data)
  return (
    <nav className={classes.rail} aria-label={t('apps')} data-print="none">
      <Link to="/" className={classes.brand} aria-label={`Minato — ${t('home')}`}>
        <img src={mark} alt="" />
      </Link>
      <ul className={classes.list}>
        <li className={classes.phone}>
          <Entry to="/" icon={IconHome} label={t('home')} phone />
        </li>
        {usable.map(
          ({ name, navigation }) =>
            navigation !== undefined && (
              <li key={name}>
                <Entry
                  to={navigation.path}
                  icon={navigation.icon}
                  label={navigation.label[locale]}
                />
              </li>
            ),
        )}
      </ul>
    </nav>
  )
}

function Entry({
  to,
  icon,
  label,
  phone = false,
}: {
  to: string
  icon: IconComponent
  label: string
  phone?: boolean
}) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const here = to === '/' ? path === '/' : path === to || path.startsWith(`${to}/`)
  return (
    <Link
      to={to}
      className={phone ? `${classes.entry} ${classes.phone}` : classes.entry}
      {...(here ? { 'aria-current': 'page' as const } : {})}
    >
      <Icon of={icon} size={22} />
      <span className={classes.label}>{label}</span>
    </Link>
  )
}
