import { Button } from '@mantine/core'
import { CopyButton } from '@minato/web/copy-button'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconRefresh } from '@tabler/icons-react'
import { lazy, memo, Suspense, useDeferredValue, useRef, useState } from 'react'
import { reconnect, regenerate } from '../stream/ask.ts'
import { useRunning } from '../stream/running-answers.ts'
import { AnswerFacts } from './answer-facts.tsx'
import { AnswerProblem } from './answer-problem.tsx'
import { AnswerSources } from './answer-sources.tsx'
import { BranchSwitcher } from './branch-switcher.tsx'
import { languageOf } from './language.ts'
import type { PartProps } from './question.tsx'
import classes from './thread.module.css'
import { useNear } from './use-near.ts'

const Markdown = lazy(() => import('../markdown/markdown.tsx'))

export const Answer = memo(function Answer({
  conversationId,
  message,
  siblings,
  atOnce,
}: PartProps) {
  const t = useMessages('chatbot')
  const article = useRef<HTMLElement>(null)
  const near = useNear(article, atOnce)
  const live = useRunning(conversationId, (running) =>
    running?.answerId === message.id ? running.text : undefined,
  )
  const text = live ?? message.content
  const writing = live !== undefined || message.state === 'streaming'
  return (
    <article
      ref={article}
      className={classes.answer}
      data-message={message.id}
      data-state={writing ? 'streaming' : message.state}
      aria-busy={writing}
    >
      <h2 className="visually-hidden">{t('message.answer')}</h2>
      {message.leftOut > 0 && (
        <p className={classes.note}>{t('message.leftOut', { count: message.leftOut })}</p>
      )}
      <div {...languageOf(text)}>
        <AnswerText text={text} near={near} />
      </div>
      {writing ? (
        <StillWriting conversationId={conversationId} begun={text !== ''} />
      ) : (
        near && <AnswerEnd {...{ conversationId, message, siblings }} />
      )}
    </article>
  )
})

function StillWriting({ conversationId, begun }: { conversationId: string; begun: boolean }) {
  const t = useMessages('chatbot')
  const phase = useRunning(conversationId, (running) => running?.phase)
  if (phase === 'lost')
    return (
      <div className={classes.failure} role="alert">
        <p className={classes.failureTitle}>{t('message.lost')}</p>
        <p>{t('message.lostDetail')}</p>
        <Button size="compact-md" onClick={() => reconnect(conversationId)}>
          {t('message.reconnect')}
        </Button>
      </div>
    )
  return (
    <p className={classes.writing}>
      <span className={classes.pulse} aria-hidden />
      {!begun && t('message.writing')}
    </p>
  )
}

function AnswerText({ text, near }: { text: string; near: boolean }) {
  // Typing and scrolling go before a long answer's next word.
  const shown = useDeferredValue(text)
  const plain = <div className={classes.plain}>{shown}</div>
  if (text === '') return null
  if (!near) return plain
  return (
    <Suspense fallback={plain}>
      <Markdown text={shown} />
    </Suspense>
  )
}

function AnswerEnd({
  conversationId,
  message,
  siblings,
}: Pick<PartProps, 'conversationId' | 'message' | 'siblings'>) {
  const t = useMessages('chatbot')
  const busy = useRunning(conversationId, (running) => running !== undefined)
  const [problem, setProblem] = useState<unknown>()
  // Then the same act stands with the reason, as another attempt.
  const failed = message.state === 'failed' || message.state === 'interrupted'
  const again = () => {
    setProblem(undefined)
    regenerate(conversationId, message).catch(setProblem)
  }
  return (
    <>
      <AnswerProblem message={message} refusal={problem} onRetry={again} busy={busy} />
      <AnswerSources sources={message.sources} />
      <div className={classes.acts} data-print="none">
        <BranchSwitcher {...{ conversationId, message, siblings }} />
        {message.content !== '' && (
          <CopyButton value={message.content} label={t('message.copy')} compact />
        )}
        {!failed && (
          <Button
            size="compact-sm"
            variant="subtle"
            disabled={busy}
            leftSection={<Icon of={IconRefresh} size={16} />}
            onClick={again}
          >
            {t('message.regenerate')}
          </Button>
        )}
        <AnswerFacts message={message} />
      </div>
    </>
  )
}
