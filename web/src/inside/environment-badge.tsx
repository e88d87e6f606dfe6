import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useLocale } from '../locale.ts'
import type en from '../messages/en/shell.ts'
import { useMessages } from '../messages.ts'
import { type ShellInfo, shellQuery, useSession } from '../session.ts'
import { usableApps } from './apps.ts'
import classes from './top-bar.module.css'

const known = ['development', 'test', 'staging', 'production'] as const

/** Laptop, staging or production; and which services are only played. */
export function EnvironmentBadge() {
  const t = useMessages('shell')
  const shell = useQuery(shellQuery)
  const names = useSandboxNames(shell.data)
  const session = useSession()
  if (shell.data === undefined) return null
  const environment = known.find((name) => name === shell.data.environment)
  const label = environment === undefined ? shell.data.environment : t(`environment.${environment}`)
  const spoken = t('environment.label', { name: label })
  if (names.length === 0)
    return (
      <span
        className={`${classes.badge} ${environment === 'production' ? classes.production : ''}`}
        title={spoken}
      >
        {label}
      </span>
    )
  const played = t('environment.sandboxes', { names: names.join('、') })
  const content = (
    <>
      {label}
      <span className={classes.badgeMore}>
        {t('environment.sandbox')}: {names.join(' · ')}
      </span>
    </>
  )
  const badge = (
    <span className={`${classes.badge} ${classes.sandbox}`} title={`${spoken}. ${played}`}>
      {content}
    </span>
  )
  // Only an operator has somewhere to go; the others are told all the same.
  return usableApps(session, shell.data).some(({ name }) => name === 'operations') ? (
    <Link to="/operations/sandbox" className={classes.badgeLink}>
      {badge}
    </Link>
  ) : (
    badge
  )
}

function useSandboxNames(shell: ShellInfo | undefined): string[] {
  const t = useMessages('shell')
  useLocale()
  return (shell?.sandboxes ?? []).map((name) => (isNamed(name) ? t(`sandboxNames.${name}`) : name))
}

const NAMED = {
  ...{ model: true, mail: true, files: true, s3: true },
  ...{ catalog: true, vault: true, oauth: true, mcp: true },
} satisfies Record<keyof (typeof en)['sandboxNames'], true>

function isNamed(name: string): name is keyof typeof NAMED {
  return Object.hasOwn(NAMED, name)
}
