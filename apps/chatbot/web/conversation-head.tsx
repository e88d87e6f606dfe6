import { ActionIcon, Button } from '@mantine/core'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { IconList, IconPlus } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useOpenList } from './chat-layout.tsx'
import classes from './conversation-head.module.css'

/** Above the conversation: what it is called, and on a phone the way to the others. */
export function ConversationHead({ title, menu }: { title?: string; menu?: ReactNode }) {
  const t = useMessages('chatbot')
  const openList = useOpenList()
  return (
    <div className={classes.head} data-print="none" data-titled={title !== undefined || undefined}>
      <Button
        variant="subtle"
        className={classes.phone ?? ''}
        leftSection={<Icon of={IconList} />}
        onClick={openList}
      >
        {t('list.title')}
      </Button>
      <p className={classes.title}>{title}</p>
      {menu}
      {menu !== undefined && (
        <ActionIcon
          component={Link}
          to="/chatbot"
          variant="subtle"
          color="gray"
          className={classes.phone ?? ''}
          aria-label={t('newConversation')}
        >
          <Icon of={IconPlus} />
        </ActionIcon>
      )}
    </div>
  )
}
