import { Button, Skeleton } from '@mantine/core'
import { ErrorState } from '@minato/web/error-state'
import { LoadingState } from '@minato/web/loading-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Page } from '@minato/web/page'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { AnswerOptions, type Options } from './compose/answer-options.tsx'
import { Composer } from './compose/composer.tsx'
import { DropZone } from './compose/drop-zone.tsx'
import { useAttachments } from './compose/use-attachments.ts'
import { ConversationHead } from './conversation-head.tsx'
import classes from './conversation-page.module.css'
import { changeConversation, conversationQuery } from './queries.ts'
import type { OpenConversation } from './shapes.ts'
import { ConversationMenu } from './side/conversation-menu.tsx'
import { ask, resume, stop } from './stream/ask.ts'
import { useRunning } from './stream/running-answers.ts'
import { Thread } from './thread/thread.tsx'
import { useBranchPath } from './thread/use-branch-path.ts'
import { useFinePointer } from './thread/use-fine-pointer.ts'
import { UsageWarning } from './usage/usage-warning.tsx'

/** 継続: one conversation, with exactly its own turns. */
export function ConversationPage() {
  const t = useMessages('chatbot')
  const { id = '' } = useParams({ strict: false })
  const { data, error, refetch } = useQuery(conversationQuery(id))
  const title = data === undefined ? t('conversation') : data.title || t('untitled')
  return (
    <Page title={title} width="full">
      {data !== undefined ? (
        <Conversation key={id} conversation={data} title={title} />
      ) : error !== null ? (
        <div className={classes.lost}>
          <ConversationHead />
          <div className={classes.state}>
            <ErrorState
              error={error}
              onRetry={() => refetch()}
              actions={
                <Button component={Link} to="/chatbot">
                  {t('newConversation')}
                </Button>
              }
            />
          </div>
        </div>
      ) : (
        <div className={classes.state}>
          <LoadingState>
            <Skeleton height={44} width="55%" ml="auto" mb={32} radius={12} />
            <Skeleton height={18} width="88%" mb={14} />
            <Skeleton height={18} width="72%" mb={14} />
            <Skeleton height={18} width="81%" />
          </LoadingState>
        </div>
      )}
    </Page>
  )
}

function Conversation({ conversation, title }: { conversation: OpenConversation; title: string }) {
  const { id, messages } = conversation
  const t = useMessages('chatbot')
  const attachments = useAttachments()
  const finePointer = useFinePointer()
  const steps = useBranchPath(conversation)
  const phase = useRunning(id, (running) => running?.phase)
  const unfinished = messages.find(({ state }) => state === 'streaming')
  useEffect(() => {
    if (unfinished !== undefined) resume(id, unfinished)
  }, [id, unfinished])

  function setOptions(change: Partial<Options>) {
    changeConversation(id, change).catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error)
      notify({ tone: 'error', title: t('act.failed'), detail })
    })
  }

  return (
    <DropZone onFiles={attachments.add}>
      <ConversationHead
        title={title}
        menu={<ConversationMenu conversation={conversation} here />}
      />
      <Thread conversation={conversation} steps={steps} />
      <div className={classes.foot} data-print="none">
        <div className={classes.column}>
          <UsageWarning />
          <Composer
            draftKey={id}
            attachments={attachments}
            onSend={(written) =>
              ask(id, { ...written, parentId: steps.at(-1)?.message.id ?? null })
            }
            busy={phase !== undefined && phase !== 'lost'}
            stopping={phase === 'stopping'}
            onStop={() => {
              stop(id).catch((error: unknown) => {
                notify({ tone: 'error', title: t('act.failed'), detail: String(error) })
              })
            }}
            tools={<AnswerOptions value={conversation} onChange={setOptions} />}
            autoFocus={finePointer}
          />
        </div>
      </div>
    </DropZone>
  )
}
