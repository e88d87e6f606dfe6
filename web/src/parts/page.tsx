import type { ReactNode } from 'react'
import { type Crumb, useHere } from '../where.ts'
import classes from './page.module.css'

/**
 * A page: its title, where it stands, its acts.
 *
 * `narrow` is for reading and forms, `wide` for tables, `full` fills what the rail and the top
 * bar leave and scrolls inside itself (its title is for screen readers and the tab only).
 *
 * @example
 * <Page title={t('users')} crumbs={[{ label: t('operations'), to: '/operations' }]} actions={…}>
 */
export function Page({
  title,
  trail = title,
  intro,
  crumbs = [],
  actions,
  width = 'wide',
  children,
}: {
  title: string
  /** How the top bar and the tab call it, where that differs from the heading. */
  trail?: string
  intro?: ReactNode
  /** What stands above this page, the outermost first. */
  crumbs?: readonly Crumb[]
  actions?: ReactNode
  width?: 'narrow' | 'wide' | 'full'
  children: ReactNode
}) {
  useHere([...crumbs, { label: trail }])
  if (width === 'full')
    return (
      <div className={classes.full}>
        <h1 className="visually-hidden">{title}</h1>
        {children}
      </div>
    )
  return (
    <div className={width === 'narrow' ? `${classes.page} ${classes.narrow}` : classes.page}>
      <header className={classes.head}>
        <div>
          <h1 className={classes.title}>{title}</h1>
          {intro !== undefined && <p className={classes.intro}>{intro}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}
