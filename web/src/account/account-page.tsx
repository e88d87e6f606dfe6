import { Link, useRouterState } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'
import tabStyles from '../parts/tabs.module.css'
import classes from './account.module.css'

const sections = ['/profile', '/profile/security', '/profile/sessions', '/profile/keys'] as const

/** One of the four account pages, with the way to the other three. */
export function AccountPage({
  title,
  intro,
  actions,
  children,
}: {
  title: string
  intro?: string
  actions?: ReactNode
  children: ReactNode
}) {
  const t = useMessages('account')
  const path = useRouterState({ select: (state) => state.location.pathname })
  const labels = {
    '/profile': t('profile.title'),
    '/profile/security': t('security.title'),
    '/profile/sessions': t('sessions.title'),
    '/profile/keys': t('keys.title'),
  }
  const above = path === '/profile' ? [] : [{ label: labels['/profile'], to: '/profile' }]
  return (
    <Page title={title} intro={intro} crumbs={above} actions={actions}>
      <nav className={`${tabStyles.tabs} ${classes.tabs}`} aria-label={t('sections')}>
        {sections.map((to) => (
          <Link key={to} to={to} activeOptions={{ exact: true }}>
            {labels[to]}
          </Link>
        ))}
      </nav>
      {children}
    </Page>
  )
}
