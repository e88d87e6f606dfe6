import { ActionIcon, Menu } from '@mantine/core'
import { ConfirmAct } from '@minato/web/confirm-act'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import {
  IconArchive,
  IconArchiveOff,
  IconBraces,
  IconDots,
  IconMarkdown,
  IconPencil,
  IconPinned,
  IconPinnedOff,
  IconPrinter,
  IconTrash,
} from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import {
  type ConversationChange,
  changeConversation,
  deleteConversation,
  exportAddress,
} from '../queries.ts'
import type { Conversation } from '../shapes.ts'
import { RenameDialog } from './rename-dialog.tsx'

/** Everything one can do with a conversation. */
export function ConversationMenu({
  conversation,
  here,
  className,
}: {
  conversation: Conversation
  /** It is the one that is open: it can be printed, and deleting it leaves the page. */
  here: boolean
  className?: string
}) {
  const t = useMessages('chatbot')
  const navigate = useNavigate()
  const [renaming, setRenaming] = useState(false)
  const { id } = conversation
  const title = conversation.title || t('untitled')
  async function remove() {
    await deleteConversation(id)
    notify({ tone: 'done', title: t('act.deleted'), detail: title })
    if (here) await navigate({ to: '/chatbot' })
  }
  return (
    <ConfirmAct
      title={t('act.deleteTitle', { title })}
      detail={t('act.deleteDetail')}
      act={t('act.delete')}
      onConfirm={remove}
    >
      {(askDelete) => (
        <>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('act.menu', { title })}
                {...(className === undefined ? {} : { className })}
              >
                <Icon of={IconDots} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item
                leftSection={<Icon of={IconPencil} size={16} />}
                onClick={() => setRenaming(true)}
              >
                {t('act.rename')}
              </Menu.Item>
              <ChangeItems conversation={conversation} />
              <Menu.Divider />
              <ExportItems id={id} here={here} />
              <Menu.Divider />
              <Menu.Item leftSection={<Icon of={IconTrash} size={16} />} onClick={askDelete}>
                {t('act.delete')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
          <RenameDialog
            conversation={conversation}
            opened={renaming}
            onClose={() => setRenaming(false)}
          />
        </>
      )}
    </ConfirmAct>
  )
}

function ChangeItems({ conversation }: { conversation: Conversation }) {
  const t = useMessages('chatbot')
  const { id, pinned, archived } = conversation
  async function change(next: ConversationChange, done?: string) {
    try {
      await changeConversation(id, next)
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      return notify({ tone: 'error', title: t('act.failed'), detail })
    }
    if (done === undefined) return
    const undo = { label: t('act.undo'), run: () => change({ archived }) }
    notify({ tone: 'done', title: done, detail: conversation.title, undo })
  }
  return (
    <>
      <Menu.Item
        leftSection={<Icon of={pinned ? IconPinnedOff : IconPinned} size={16} />}
        onClick={() => change({ pinned: !pinned })}
      >
        {t(pinned ? 'act.unpin' : 'act.pin')}
      </Menu.Item>
      <Menu.Item
        leftSection={<Icon of={archived ? IconArchiveOff : IconArchive} size={16} />}
        onClick={() =>
          change({ archived: !archived }, t(archived ? 'act.unarchived' : 'act.archived'))
        }
      >
        {t(archived ? 'act.unarchive' : 'act.archive')}
      </Menu.Item>
    </>
  )
}

function ExportItems({ id, here }: { id: string; here: boolean }) {
  const t = useMessages('chatbot')
  return (
    <>
      <Menu.Item
        component="a"
        href={exportAddress(id, 'md')}
        download
        leftSection={<Icon of={IconMarkdown} size={16} />}
      >
        {t('act.exportMarkdown')}
      </Menu.Item>
      <Menu.Item
        component="a"
        href={exportAddress(id, 'json')}
        download
        leftSection={<Icon of={IconBraces} size={16} />}
      >
        {t('act.exportJson')}
      </Menu.Item>
      {here && (
        <Menu.Item
          leftSection={<Icon of={IconPrinter} size={16} />}
          // Once the menu is gone from the page.
          onClick={() => setTimeout(() => print(), 300)}
        >
          {t('act.print')}
        </Menu.Item>
      )}
    </>
  )
}
