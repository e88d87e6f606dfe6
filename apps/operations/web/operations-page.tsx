import { Icon } from '@minato/web/icon'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Page } from '@minato/web/page'
import { useSession } from '@minato/web/session'
import { Link, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import classes from './operations-page.module.css'
import { sections } from './sections.ts'

type Crumb = { label: string; to: string }
export type Tab = { to: string; label: string }

/** A page of this app, with the way to its other parts. */
export function OperationsPage({
  title,
  intro,
  actions,
  crumbs = [],
  tabs,
  children,
}: {
  title: string
  intro?: ReactNode
  actions?: ReactNode
  crumbs?: Crumb[]
  /** Pages of the same part. */
  tabs?: readonly Tab[]
  children: ReactNode
}) {
  const t = useMessages('operations')
  return (
    <Page
      title={title}
      intro={intro}
      actions={actions}
      crumbs={[{ label: t('title'), to: '/operations' }, ...crumbs]}
    >
      <div className={classes.body}>
        <Sections />
        <div>
          {tabs !== undefined && (
            <nav className={classes.tabs} aria-label={title}>
              {tabs.map(({ to, label }) => (
                <Link key={to} to={to} activeOptions={{ exact: true, includeSearch: false }}>
                  {label}
                </Link>
              ))}
            </nav>
          )}
          {children}
        </div>
      </div>
    </Page>
  )
}

function Sections() {
  const t = useMessages('operations')
  const locale = useLocale()
  const { can } = useSession()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const strip = useRef<HTMLElement>(null)
  const here = (to: string) => path === to || path.startsWith(`${to}/`)
  useEffect(() => {
    const current = strip.current?.querySelector<HTMLElement>('[aria-current]')
    if (strip.current && current) strip.current.scrollLeft = current.offsetLeft - 64
  })
  return (
    <nav ref={strip} className={classes.sections} aria-label={t('sections')}>
      {sections
        .filter(({ permission }) => can(permission))
        .map(({ to, icon, label }) => (
          <Link key={to} to={to} {...(here(to) ? { 'aria-current': 'page' as const } : {})}>
            <Icon of={icon} />
            {label[locale]}
          </Link>
        ))}
    </nav>
  )
}
