import { Answer } from '@minato/web/answer'
import classes from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { useAnswer } from '../queries.ts'
import type { List } from '../shapes.ts'
import type { JobLine } from './job-shapes.ts'

const REFRESH_MS = 5000

/** What the job wrote, as it wrote it: for the person who looks for a fault. */
export function JobLog({ id }: { id: string }) {
  const t = useMessages('operations')
  const locale = useLocale()
  const log = useAnswer<List<JobLine>>(`/jobs/${id}/log`, {}, REFRESH_MS)
  const textOf = ({ at, attempt, level, event, fields }: JobLine) => {
    const words = typeof event === 'string' ? event : event[locale]
    const rest = fields === null ? '' : ` ${JSON.stringify(fields)}`
    return `${at} ${level.padEnd(5)} ${t('jobs.logLine', { attempt, event: words })}${rest}`
  }
  return (
    <section className={classes.section}>
      <h2>{t('jobs.log')}</h2>
      <Answer of={log}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.muted}>{t('jobs.logEmpty')}</p>
          ) : (
            <CodeBlock label={t('jobs.log')}>{items.map(textOf).join('\n')}</CodeBlock>
          )
        }
      </Answer>
    </section>
  )
}
