import { useMessages } from '@minato/web/messages'
import { Page } from '@minato/web/page'
import { queryClient } from '@minato/web/session'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { AnswerOptions, type Options } from './compose/answer-options.tsx'
import { Composer, type Written } from './compose/composer.tsx'
import { DropZone } from './compose/drop-zone.tsx'
import { useAttachments } from './compose/use-attachments.ts'
import { ConversationHead } from './conversation-head.tsx'
import classes from './conversation-page.module.css'
import {
  conversationQuery,
  conversationsQuery,
  createConversation,
  deleteConversation,
} from './queries.ts'
import { ask, stop } from './stream/ask.ts'
import { PendingQuestion } from './thread/pending-question.tsx'
import { useFinePointer } from './thread/use-fine-pointer.ts'
import { UsageWarning } from './usage/usage-warning.tsx'

/** 新規: nothing of another conversation comes along. */
export function NewConversation() {
  const t = useMessages('chatbot')
  const navigate = useNavigate()
  const attachments = useAttachments()
  const [options, setOptions] = useState<Options>({ model: null, systemPromptId: null })
  const [startedId, setStartedId] = useState<string>()
  const finePointer = useFinePointer()

  async function start({ text, files, search }: Written) {
    const { model, systemPromptId } = options
    const made = await createConversation({
      ...(model === null ? {} : { model }),
      ...(systemPromptId === null ? {} : { systemPromptId }),
    })
    queryClient.setQueryData(conversationQuery(made.id).queryKey, { ...made, messages: [] })
    setStartedId(made.id)
    try {
      await ask(made.id, { text, files, parentId: null, search })
    } catch (error) {
      setStartedId(undefined)
      // A question that was not taken leaves no empty conversation behind.
      await deleteConversation(made.id).catch(() => undefined)
      throw error
    }
    await navigate({ to: `/chatbot/${made.id}`, search: true })
  }

  return (
    <Page title={t('newConversation')} width="full">
      <DropZone onFiles={attachments.add}>
        <ConversationHead />
        <div className={classes.start} data-asked={startedId !== undefined || undefined}>
          {startedId === undefined ? (
            <div className={classes.welcome}>
              <h2>{t('welcome')}</h2>
              <p>{t('welcomeDetail')}</p>
            </div>
          ) : (
            <PendingQuestion conversationId={startedId} />
          )}
        </div>
        <div className={classes.foot} data-print="none">
          <div className={classes.column}>
            <UsageWarning />
            <Composer
              draftKey="new"
              attachments={attachments}
              onSend={start}
              busy={startedId !== undefined}
              onStop={() => startedId !== undefined && void stop(startedId)}
              tools={
                <AnswerOptions
                  value={options}
                  onChange={(change) => setOptions((old) => ({ ...old, ...change }))}
                />
              }
              autoFocus={finePointer}
            />
          </div>
        </div>
        {startedId === undefined && <GoOn />}
      </DropZone>
    </Page>
  )
}

/** 継続: the last few, one step away. */
function GoOn() {
  const t = useMessages('chatbot')
  const { data } = useInfiniteQuery(conversationsQuery({ query: '', archived: false }))
  const last = data?.pages[0]?.items.slice(0, 3) ?? []
  return (
    <nav className={classes.goOn} aria-label={t('goOn')}>
      {last.length > 0 && (
        <div className={classes.column}>
          <h2>{t('goOn')}</h2>
          <ul>
            {last.map(({ id, title }) => (
              <li key={id}>
                <Link to={`/chatbot/${id}`}>{title || t('untitled')}</Link>
              </li>
            ))}
          </ul>
        </div>
      )}
    </nav>
  )
}
