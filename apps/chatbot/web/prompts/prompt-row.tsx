import { ActionIcon } from '@mantine/core'
import { api } from '@minato/web/api'
import { ConfirmAct } from '@minato/web/confirm-act'
import { Icon } from '@minato/web/icon'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { queryClient } from '@minato/web/session'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { promptsQuery } from '../queries.ts'
import type { Prompt } from '../shapes.ts'
import { PromptDialog } from './prompt-dialog.tsx'
import classes from './prompts-page.module.css'

export function PromptRow({ prompt }: { prompt: Prompt }) {
  const t = useMessages('chatbot')
  const [editing, setEditing] = useState(false)
  const { id, kind, name, content, shared, own } = prompt
  async function remove() {
    await api.delete(`/api/chatbot/prompts/${id}`)
    await queryClient.invalidateQueries({ queryKey: promptsQuery.queryKey })
    notify({ tone: 'done', title: t('prompts.deleted', { name }) })
  }
  const standing = own ? (shared ? 'prompts.sharedMark' : 'prompts.own') : 'prompts.byOthers'
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <p className={classes.name}>
          {name} <span className={classes.standing}>{t(standing)}</span>
        </p>
        <p className={classes.content} data-raw>
          {content}
        </p>
      </div>
      {own && (
        <div className={classes.acts}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('prompts.editName', { name })}
            onClick={() => setEditing(true)}
          >
            <Icon of={IconPencil} />
          </ActionIcon>
          <ConfirmAct
            title={t('prompts.deleteTitle', { name })}
            act={t('prompts.delete')}
            onConfirm={remove}
            {...detailOf(t, shared, kind)}
          >
            {(ask) => (
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('prompts.deleteName', { name })}
                onClick={ask}
              >
                <Icon of={IconTrash} />
              </ActionIcon>
            )}
          </ConfirmAct>
          <PromptDialog
            kind={kind}
            prompt={prompt}
            opened={editing}
            onClose={() => setEditing(false)}
          />
        </div>
      )}
    </li>
  )
}

/** What else goes with it. */
function detailOf(
  t: ReturnType<typeof useMessages<'chatbot'>>,
  shared: boolean,
  kind: Prompt['kind'],
): { detail?: string } {
  if (shared) return { detail: t('prompts.deleteShared') }
  return kind === 'system' ? { detail: t('prompts.deleteOwn') } : {}
}
