import { useLocale } from '../locale.ts'
import classes from './bar-chart.module.css'
import { viewerZone } from './time.tsx'

export type BarPart<Key extends string> = {
  key: Key
  label: string
  tone: 'plain' | 'good' | 'bad' | 'muted'
  /** What the legend says of all bars together; without it the legend names the part alone. */
  total?: string
}
type Step<Key extends string> = { at: string } & Record<Key, number>

/**
 * A bar a step of time, from zero, its parts stacked, the first at the bottom. Drawn by hand: a chart
 * library would take a page over the script that an app may load.
 *
 * @example
 * <BarChart question={t('requests')} steps={items} parts={[{ key: 'requests', label: t('requests'), tone: 'plain' }]} words={String} />
 */
export function BarChart<Key extends string>({
  question,
  steps,
  parts,
  words,
  whole = false,
  low = false,
  upTo,
}: {
  question?: string
  steps: readonly Step<Key>[]
  parts: readonly BarPart<Key>[]
  /** A value as people read it. */
  words: (value: number) => string
  /** Values are counts: the middle of the scale must be one too. */
  whole?: boolean
  /** Several charts on one page. */
  low?: boolean
  /** End of the scale, when it is known: a score's 100. */
  upTo?: number
}) {
  const locale = useLocale()
  const sumOf = (step: Step<Key>) => parts.reduce((sum, { key }) => sum + step[key], 0)
  const top = upTo ?? niceTop(Math.max(0, ...steps.map(sumOf)), whole)
  const clock = new Intl.DateTimeFormat(locale, {
    dateStyle: 'short',
    timeStyle: 'short',
    timeZone: viewerZone(),
  })
  const timeOf = (step: Step<Key> | undefined) => step && clock.format(new Date(step.at))
  const spoken = (step: Step<Key>) =>
    parts
      .filter(({ key }) => step[key] > 0)
      .map(({ key, label }) => `${label} ${words(step[key])}`)
      .join(', ')
  const used = steps.filter((step) => sumOf(step) > 0)
  return (
    <>
      <div
        className={classes.chart}
        data-low={low || undefined}
        role="img"
        aria-label={[question, used.map((step) => `${timeOf(step)} ${spoken(step)}`).join('; ')]
          .filter(Boolean)
          .join(' ')}
      >
        <div className={classes.scale}>
          {[top, top / 2, 0].map((value) => (
            <span key={value}>{words(value)}</span>
          ))}
        </div>
        <div className={classes.bars}>
          {steps.map((step) => (
            <div key={step.at} className={classes.column} title={`${timeOf(step)} ${spoken(step)}`}>
              {parts
                .toReversed()
                .map(({ key, tone }) =>
                  step[key] <= 0 ? null : (
                    <span
                      key={key}
                      className={classes[tone]}
                      style={{ height: `max(2px, ${(100 * step[key]) / top}%)` }}
                    />
                  ),
                )}
            </div>
          ))}
        </div>
        <div className={classes.times}>
          <span>{timeOf(steps[0])}</span>
          <span>{timeOf(steps.at(-1))}</span>
        </div>
      </div>
      {parts.length > 1 && (
        <p className={classes.legend}>
          {parts.map(({ key, label, tone, total }) => (
            <span key={key}>
              <i className={classes[tone]} aria-hidden="true" /> {label} {total}
            </span>
          ))}
        </p>
      )}
    </>
  )
}

/** The next number above that reads well; of counts its half is whole too. */
function niceTop(most: number, whole: boolean): number {
  if (most <= 0) return whole ? 2 : 1
  const unit = 10 ** Math.floor(Math.log10(most))
  const top = ([1, 2, 4, 6, 10].find((step) => step * unit >= most) ?? 10) * unit
  return whole ? Math.max(2, top) : top
}
