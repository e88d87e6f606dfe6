import { Drawer } from '@mantine/core'
import { useMessages } from '@minato/web/messages'
import { Outlet, useParams } from '@tanstack/react-router'
import { createContext, useContext, useEffect, useState } from 'react'
import classes from './chat-layout.module.css'
import { ConversationList } from './side/conversation-list.tsx'

const OpenList = createContext<() => void>(() => undefined)

/** Opens the list where it does not stand beside the conversation. */
export const useOpenList = () => useContext(OpenList)

/** The list of conversations beside the one that is open; on a phone behind a button. */
export function ChatLayout() {
  const t = useMessages('chatbot')
  const parts = useMessages('parts')
  const { id } = useParams({ strict: false })
  const [open, setOpen] = useState(false)
  useEffect(() => setOpen(false), [id])
  return (
    <div className={classes.chat} data-chat>
      <aside className={classes.side} aria-label={t('list.title')} data-print="none">
        <ConversationList current={id} />
      </aside>
      <div className={classes.main}>
        <OpenList value={() => setOpen(true)}>
          <Outlet />
        </OpenList>
      </div>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        title={t('list.title')}
        size={320}
        closeButtonProps={{ 'aria-label': parts('close'), iconSize: 18 }}
        classNames={{ body: classes.drawer ?? '', content: classes.drawerContent ?? '' }}
      >
        <ConversationList current={id} onLeave={() => setOpen(false)} />
      </Drawer>
    </div>
  )
}
