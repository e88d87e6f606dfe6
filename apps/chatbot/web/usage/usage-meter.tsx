import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Money } from '@minato/web/number-text'
import { useQuery } from '@tanstack/react-query'
import { usageQuery } from '../queries.ts'
import classes from './usage.module.css'

/** What has been used this month, and how much of the limit that is. */
export function UsageMeter() {
  const t = useMessages('chatbot')
  const locale = useLocale()
  const { data: usage } = useQuery(usageQuery)
  if (usage === undefined) return null
  const { capUsd, capTokens, costUsd, inputTokens, outputTokens, ratio } = usage
  const count = (value: number) =>
    new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
  const percent = percentText(locale, ratio)
  const capped = capUsd !== null || capTokens !== null
  return (
    <div className={classes.meter} data-usage>
      <div className={classes.line}>
        <span>{t('usage.month')}</span>
        <span>
          <Money value={costUsd} currency="USD" />
          {capUsd !== null && (
            <>
              {` ${t('usage.of')} `}
              <Money value={capUsd} currency="USD" />
            </>
          )}
        </span>
      </div>
      {capped && (
        <meter
          className={classes.bar}
          data-over={ratio >= 1 || undefined}
          aria-label={t('usage.used', { percent })}
          min={0}
          max={1}
          high={0.8}
          value={Math.min(1, ratio)}
        />
      )}
      <div className={classes.line}>
        <span data-numbers>
          {t('usage.tokens', { count: count(inputTokens + outputTokens) })}
          {capTokens !== null && ` ${t('usage.of')} ${count(capTokens)}`}
        </span>
        {capped && <span data-numbers>{percent}</span>}
      </div>
    </div>
  )
}

export function percentText(locale: string, ratio: number): string {
  const text = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  // Rounded down: 99.96 % is not yet 100 %.
  return text.format(Math.floor(ratio * 1000) / 1000)
}
