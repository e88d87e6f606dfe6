import { ActionIcon } from '@mantine/core'
import { CopyButton } from '@minato/web/copy-button'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconPencil } from '@tabler/icons-react'
import { memo, useRef, useState } from 'react'
import type { Message } from '../shapes.ts'
import { useRunning } from '../stream/running-answers.ts'
import { BranchSwitcher } from './branch-switcher.tsx'
import { EditQuestion } from './edit-question.tsx'
import { keepEdit, useKeptEdit } from './kept-edits.ts'
import { languageOf } from './language.ts'
import { MessageTime } from './message-time.tsx'
import { StoredFiles } from './stored-files.tsx'
import classes from './thread.module.css'
import { useNear } from './use-near.ts'

export type PartProps = {
  conversationId: string
  message: Message
  siblings: readonly string[]
  /** Drawn whole without waiting for it to come near. */
  atOnce: boolean
}

export const Question = memo(function Question({
  conversationId,
  message,
  siblings,
  atOnce,
}: PartProps) {
  const t = useMessages('chatbot')
  const article = useRef<HTMLElement>(null)
  const near = useNear(article, atOnce)
  const [opened, setOpened] = useState(false)
  const editing = useKeptEdit(message.id) !== undefined || opened
  const busy = useRunning(conversationId, (running) => running !== undefined)
  const edit = useRef<HTMLButtonElement>(null)
  function leave() {
    setOpened(false)
    keepEdit(message.id, undefined)
    requestAnimationFrame(() => edit.current?.focus())
  }
  return (
    <article ref={article} className={classes.question} data-message={message.id}>
      <h2 className="visually-hidden">{t('message.question')}</h2>
      {editing ? (
        <EditQuestion conversationId={conversationId} question={message} onLeave={leave} />
      ) : (
        <>
          {message.files.length > 0 && <StoredFiles files={message.files} />}
          {message.content !== '' && (
            <div className={classes.bubble} {...languageOf(message.content)}>
              {message.content}
            </div>
          )}
          {near && (
            <div className={classes.acts} data-print="none">
              <MessageTime at={message.createdAt} />
              <BranchSwitcher {...{ conversationId, message, siblings }} />
              <CopyButton value={message.content} label={t('message.copy')} compact />
              <ActionIcon
                ref={edit}
                variant="subtle"
                color="gray"
                disabled={busy}
                aria-label={t('message.edit')}
                title={t('message.edit')}
                onClick={() => setOpened(true)}
              >
                <Icon of={IconPencil} size={16} />
              </ActionIcon>
            </div>
          )}
        </>
      )}
    </article>
  )
})
