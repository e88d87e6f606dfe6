import { Button } from '@mantine/core'
import { ErrorNote } from '@minato/web/error-state'
import { useMessages } from '@minato/web/messages'
import type en from '../messages/en.ts'
import type { Message } from '../shapes.ts'
import classes from './thread.module.css'

type FailureCode = keyof typeof en.failure

// By their names here: the texts of the other language are not loaded for this.
const known: ReadonlySet<string> = new Set([
  'LLM_TIMEOUT',
  'LLM_RATE_LIMITED',
  'LLM_BUSY',
  'LLM_KEY_REFUSED',
  'LLM_OVER_BUDGET',
  'LLM_CONTENT_REFUSED',
  'LLM_UNAVAILABLE',
  'LLM_BAD_ANSWER',
  'LLM_STREAM_CUT',
  'LLM_QUOTA',
  'LLM_MODEL_UNKNOWN',
  'LLM_CONTEXT_TOO_LONG',
  'LLM_REQUEST_REFUSED',
  'LLM_INPUT_UNSUPPORTED',
  'LLM_NOT_CONFIGURED',
  'CHATBOT_ANSWER_INTERRUPTED',
] satisfies FailureCode[])

const isKnown = (code: string): code is FailureCode => known.has(code)

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
