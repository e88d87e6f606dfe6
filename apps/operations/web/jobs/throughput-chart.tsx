import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { viewerZone } from '@minato/web/time'
import type { Ended } from './job-shapes.ts'
import own from './jobs.module.css'

const KINDS = ['succeeded', 'failed', 'cancelled'] as const
const sumOf = (step: Ended) => KINDS.reduce((sum, kind) => sum + step[kind], 0)

/** A bar a step of time, from zero, its parts stacked: done below, failed and cancelled above. */
export function ThroughputChart({ steps }: { steps: Ended[] }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const most = Math.max(0, ...steps.map(sumOf))
  if (most === 0) return <p>{t('workers.none')}</p>
  const top = niceTop(most)
  const clock = new Intl.DateTimeFormat(locale, {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: viewerZone(),
  })
  const timeOf = (step: Ended | undefined) => step && clock.format(new Date(step.at))
  const words = (step: Ended) =>
    KINDS.filter((kind) => step[kind] > 0)
      .map((kind) => `${t(`workers.${kind}`)} ${step[kind]}`)
      .join(', ')
  const spoken = steps.filter((step) => sumOf(step) > 0)
  return (
    <>
      <div
        className={own.chart}
        role="img"
        aria-label={spoken.map((step) => `${timeOf(step)} ${words(step)}`).join('; ')}
      >
        <div className={own.scale}>
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{value}</span>
          ))}
        </div>
        <div className={own.bars}>
          {steps.map((step) => (
            <div key={step.at} className={own.column} title={`${timeOf(step)} ${words(step)}`}>
              {KINDS.toReversed().map((kind) =>
                step[kind] === 0 ? null : (
                  <span
                    key={kind}
                    className={own[kind]}
                    style={{ height: `max(2px, ${(100 * step[kind]) / top}%)` }}
                  />
                ),
              )}
            </div>
          ))}
        </div>
        <div className={own.times}>
          <span>{timeOf(steps[0])}</span>
          <span>{timeOf(steps.at(-1))}</span>
        </div>
      </div>
      <p className={own.legend}>
        {KINDS.map((kind) => (
          <span key={kind}>
            <i className={own[kind]} aria-hidden="true" /> {t(`workers.${kind}`)}{' '}
            {steps.reduce((sum, step) => sum + step[kind], 0)}
          </span>
        ))}
      </p>
    </>
  )
}

/** The next even number above that reads well, so that its half is whole too. */
function niceTop(most: number): number {
  const unit = 10 ** Math.floor(Math.log10(most))
  const top = [1, 2, 4, 6, 10].find((step) => step * unit >= most) ?? 10
  return Math.max(2, top * unit)
}
