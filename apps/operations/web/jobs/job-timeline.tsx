import classes from '@minato/web/blocks.module.css'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import type { WholeJob } from './job-shapes.ts'
import own from './jobs.module.css'

export function JobTimeline({ job }: { job: WholeJob }) {
  const t = useMessages('operations')
  const locale = useLocale()
  return (
    <section className={classes.section}>
      <h2>{t('jobs.timeline')}</h2>
      {job.timeline.length === 0 ? (
        <p className={classes.muted}>{t('jobs.timelineEmpty')}</p>
      ) : (
        <ol className={own.timeline}>
          {job.timeline.map((entry) => (
            <li key={`${entry.at} ${entry.percent} ${JSON.stringify(entry.message)}`}>
              <Time at={entry.at} as="second" />
              <span>{entry.percent}%</span>
              <span>
                {typeof entry.message === 'string' ? entry.message : entry.message[locale]}
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  )
}
