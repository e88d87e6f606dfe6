import { Icon } from '@minato/web/icon'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { usageQuery } from '../queries.ts'
import classes from './usage.module.css'
import { percentText } from './usage-meter.tsx'

/** True once the month's limit is used up: nothing more is sent. */
export function useOverCap(): boolean {
  const { data } = useQuery(usageQuery)
  return data !== undefined && data.ratio >= 1
}

/** Above the field: at 80 % what is coming, at 100 % what still works. */
export function UsageWarning() {
  const t = useMessages('chatbot')
  const locale = useLocale()
  const { data } = useQuery(usageQuery)
  if (data === undefined || (!data.warning && data.ratio < 1)) return null
  const over = data.ratio >= 1
  const percent = percentText(locale, data.ratio)
  return (
    <p className={classes.warning} data-over={over || undefined} role="status">
      <Icon of={IconAlertTriangle} />
      <span>
        <strong>{over ? t('usage.over') : t('usage.near', { percent })}</strong>{' '}
        {t(over ? 'usage.overDetail' : 'usage.nearDetail')}
      </span>
    </p>
  )
}
