import { Button } from '@mantine/core'
import { ErrorNote } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import en from '../messages/en.ts'
import type { Message } from '../shapes.ts'
import classes from './thread.module.css'

type FailureCode = keyof typeof en.failure

const isKnown = (code: string): code is FailureCode => Object.hasOwn(en.failure, code)

/** Why there is no answer, or not all of it: in words, with its code, and what can be done. */
export function AnswerProblem({
  message,
  refusal,
  onRetry,
  busy,
}: {
  message: Message
  /** Why a further attempt was not begun. */
  refusal: unknown
  onRetry: () => void
  busy: boolean
}) {
  const t = useMessages('chatbot')
  const { state, errorCode, finishReason, content } = message
  const failed = state === 'failed' || state === 'interrupted'
  const code = errorCode ?? ''
  return (
    <>
      {failed && (
        <div className={classes.failure} role="note">
          <p className={classes.failureTitle}>{t(`message.${state}`)}</p>
          <p>{t(`failure.${isKnown(code) ? code : 'other'}`)}</p>
          {code !== '' && (
            <p className={classes.code}>
              {t('message.reason')} <code>{code}</code>
            </p>
          )}
          <Button size="compact-md" disabled={busy} onClick={onRetry} data-print="none">
            {t('message.retry')}
          </Button>
        </div>
      )}
      {state === 'stopped' && <p className={classes.note}>{t('message.stopped')}</p>}
      {state === 'done' && finishReason === 'length' && (
        <p className={classes.note}>{t('message.tooLong')}</p>
      )}
      {state === 'done' && content === '' && <p className={classes.note}>{t('message.noText')}</p>}
      {refusal !== undefined && <ErrorNote error={refusal} onRetry={onRetry} />}
    </>
  )
}
