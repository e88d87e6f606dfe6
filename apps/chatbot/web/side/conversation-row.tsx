import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconPencil, IconPinned } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { Conversation } from '../shapes.ts'
import { useRunning } from '../stream/running-answers.ts'
import classes from './conversation-list.module.css'
import { ConversationMenu } from './conversation-menu.tsx'

export function ConversationRow({
  conversation,
  here,
  onOpen,
}: {
  conversation: Conversation
  here: boolean
  onOpen: (() => void) | undefined
}) {
  const t = useMessages('chatbot')
  const { id, title, pinned } = conversation
  const writing = useRunning(id, (running) => running !== undefined)
  return (
    <li className={classes.row} data-here={here || undefined}>
      <Link
        to={`/chatbot/${id}`}
        search={true}
        className={classes.link ?? ''}
        data-conversation
        onClick={onOpen}
        {...(here ? { 'aria-current': 'page' as const } : {})}
      >
        {pinned && <Icon of={IconPinned} size={15} label={t('list.pinned')} />}
        <span className={classes.title}>{title || t('untitled')}</span>
        {writing && <Icon of={IconPencil} size={15} label={t('list.writing')} />}
      </Link>
      <ConversationMenu conversation={conversation} here={here} className={classes.menu ?? ''} />
    </li>
  )
}
