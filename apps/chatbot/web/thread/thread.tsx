import { Button } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconArrowDown } from '@tabler/icons-react'
import { useMemo, useRef } from 'react'
import type { OpenConversation } from '../shapes.ts'
import { useRunning } from '../stream/running-answers.ts'
import { Announcer } from './announcer.tsx'
import { Answer } from './answer.tsx'
import { ROOT, type Step } from './branch-path.ts'
import { PendingQuestion } from './pending-question.tsx'
import { Question } from './question.tsx'
import classes from './thread.module.css'
import { ScrollRoot } from './use-near.ts'
import { useStickToEnd } from './use-stick-to-end.ts'

/** These are drawn whole at once; the others when they come near the window. */
const DRAWN_AT_ONCE = 8

/** Questions and answers of the branch that is shown, the newest at the end. */
export function Thread({
  conversation,
  steps,
}: {
  conversation: OpenConversation
  steps: readonly Step[]
}) {
  const { id } = conversation
  const t = useMessages('chatbot')
  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { atEnd, toEnd } = useStickToEnd(scroller, content)
  const sendingAfter = useRunning(id, (running) =>
    running?.sending ? (running.sending.parentId ?? ROOT) : undefined,
  )
  const again = useRunning(id, (running) =>
    running?.phase === 'sending' && running.sending === null ? running.questionId : null,
  )
  const shown = useMemo(() => upTo(steps, sendingAfter, again), [steps, sendingAfter, again])
  const pending = sendingAfter !== undefined || again !== null
  return (
    <div className={classes.frame}>
      <section
        ref={scroller}
        className={classes.scroller}
        aria-label={t('conversation')}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by key
        tabIndex={0}
        data-thread
      >
        <ScrollRoot value={scroller}>
          <div ref={content} className={classes.column}>
            <p className={classes.printTitle}>{conversation.title}</p>
            {shown.length === 0 && !pending && (
              <p className={classes.empty}>{t('message.startEmpty')}</p>
            )}
            {shown.map(({ message, siblings }, at) => {
              const Part = message.role === 'user' ? Question : Answer
              return (
                <Part
                  key={message.id}
                  conversationId={id}
                  message={message}
                  siblings={siblings}
                  atOnce={at >= shown.length - DRAWN_AT_ONCE}
                />
              )
            })}
            {pending && <PendingQuestion conversationId={id} />}
          </div>
        </ScrollRoot>
      </section>
      {!atEnd && (
        <Button
          className={classes.latest ?? ''}
          size="compact-md"
          leftSection={<Icon of={IconArrowDown} size={16} />}
          onClick={toEnd}
          data-print="none"
        >
          {t('message.latest')}
        </Button>
      )}
      <Announcer conversationId={id} last={steps.at(-1)?.message} />
    </div>
  )
}

/** While a question is sent from the middle, what followed there is not its branch. */
function upTo(
  steps: readonly Step[],
  sendingAfter: string | undefined,
  again: string | null,
): readonly Step[] {
  if (sendingAfter === ROOT) return []
  const last = sendingAfter ?? again
  const at = steps.findIndex(({ message }) => message.id === last)
  return at < 0 ? steps : steps.slice(0, at + 1)
}
