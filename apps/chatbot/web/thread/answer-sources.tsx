import { useMessages } from '@minato/web/messages'
import { OutsideLink } from '../markdown/outside-link.tsx'
import type { Message } from '../shapes.ts'
import classes from './thread.module.css'

/** What a web search found and the answer used. */
export function AnswerSources({ sources }: { sources: Message['sources'] }) {
  const t = useMessages('chatbot')
  if (sources.length === 0) return null
  return (
    <div className={classes.sources}>
      <h3>{t('message.sources')}</h3>
      <ol>
        {sources.map(({ title, url }) => (
          <li key={url}>
            <OutsideLink address={url}>{title || url}</OutsideLink>
          </li>
        ))}
      </ol>
    </div>
  )
}
