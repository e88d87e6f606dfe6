import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { Money } from '@minato/web/number-text'
import type { Message } from '../shapes.ts'
import { MessageTime } from './message-time.tsx'
import classes from './thread.module.css'

/** Who answered, when, and what it took. */
export function AnswerFacts({ message }: { message: Message }) {
  const t = useMessages('chatbot')
  const locale = useLocale()
  const { model, usage, finishedAt } = message
  const number = new Intl.NumberFormat(locale)
  return (
    <span className={classes.answerFacts}>
      {model !== null && <span data-raw>{model}</span>}
      {usage !== null && (
        <span data-numbers>
          {t('message.tokens', {
            input: number.format(usage.inputTokens),
            output: number.format(usage.outputTokens),
          })}
        </span>
      )}
      {usage !== null && <Money value={usage.costUsd} currency="USD" />}
      {finishedAt !== null && <MessageTime at={finishedAt} />}
    </span>
  )
}
