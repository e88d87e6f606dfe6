import type { ReactNode } from 'react'
import type { IconComponent } from '../app.ts'
import classes from './empty-state.module.css'
import { Icon } from './icon.tsx'

/**
 * What this place is for and the one next step.
 *
 * @example
 * <EmptyState icon={IconKey} title={t('keys.empty')} detail={t('keys.emptyDetail')}
 *   action={<MainAction onClick={create}>{t('keys.create')}</MainAction>} />
 */
export function EmptyState({
  icon,
  title,
  detail,
  action,
}: {
  icon?: IconComponent
  title: string
  detail?: ReactNode
  action?: ReactNode
}) {
  return (
    <div className={classes.state}>
      {icon !== undefined && <Icon of={icon} size={28} className={classes.icon ?? ''} />}
      <h2 className={classes.title}>{title}</h2>
      {detail !== undefined && <p className={classes.detail}>{detail}</p>}
      {action}
    </div>
  )
}
