import { Link, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'
import type { IconComponent, Words } from '../app.ts'
import { useLocale } from '../locale.ts'
import { useSession } from '../session.ts'
import { Icon } from './icon.tsx'
import { Page } from './page.tsx'
import classes from './sections-page.module.css'
import tabStyles from './tabs.module.css'

/** A part of an app, as its menu and the search show it. */
export type Section = { to: string; icon: IconComponent; label: Words; permission: string }
export type Tab = { to: string; label: string }

/**
 * A page of an app that has several parts, with the way to the others.
 *
 * @example
 * <SectionsPage app={{ label: t('title'), to: '/notes' }} sections={sections} menu={t('sections')}
 *   title={t('tags.title')}>…</SectionsPage>
 */
export function SectionsPage({
  app,
  sections,
  menu,
  title,
  intro,
  actions,
  crumbs = [],
  tabs,
  children,
}: {
  app: { label: string; to: string }
  sections: readonly Section[]
  /** What the menu is called, for a screen reader. */
  menu: string
  title: string
  intro?: ReactNode
  actions?: ReactNode
  crumbs?: { label: string; to: string }[]
  /** Pages of the same part. */
  tabs?: readonly Tab[] | undefined
  children: ReactNode
}) {
  return (
    <Page title={title} intro={intro} actions={actions} crumbs={[app, ...crumbs]}>
      <div className={classes.body}>
        <Sections of={sections} label={menu} />
        <div>
          {tabs !== undefined && (
            <nav className={`${tabStyles.tabs} ${classes.tabs}`} aria-label={title}>
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

function Sections({ of: sections, label: name }: { of: readonly Section[]; label: string }) {
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
    <nav ref={strip} className={classes.sections} aria-label={name}>
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
