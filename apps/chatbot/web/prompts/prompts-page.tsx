import { Button } from '@mantine/core'
import { EmptyState } from '@minato/web/empty-state'
import { ErrorState } from '@minato/web/error-state'
import { Icon } from '@minato/web/icon'
import { LoadingState } from '@minato/web/loading-state'
import { useMessages } from '@minato/web/messages'
import { Page } from '@minato/web/page'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { promptsQuery } from '../queries.ts'
import type { Prompt } from '../shapes.ts'
import { PromptDialog } from './prompt-dialog.tsx'
import { PromptRow } from './prompt-row.tsx'
import classes from './prompts-page.module.css'

/** System prompts and shortcuts: one's own, and those that colleagues share. */
export function PromptsPage() {
  const t = useMessages('chatbot')
  const { data, error, refetch } = useQuery(promptsQuery)
  return (
    <Page
      title={t('prompts.title')}
      intro={t('prompts.intro')}
      crumbs={[{ label: t('chat'), to: '/chatbot' }]}
      width="narrow"
    >
      {data !== undefined ? (
        <>
          <Prompts kind="shortcut" prompts={data.items} />
          <Prompts kind="system" prompts={data.items} />
        </>
      ) : error !== null ? (
        <ErrorState error={error} onRetry={() => refetch()} />
      ) : (
        <LoadingState lines={6} height={44} />
      )}
    </Page>
  )
}

const words = {
  system: {
    title: 'prompts.system',
    detail: 'prompts.systemDetail',
    empty: 'prompts.emptySystem',
    create: 'prompts.newSystem',
  },
  shortcut: {
    title: 'prompts.shortcut',
    detail: 'prompts.shortcutDetail',
    empty: 'prompts.emptyShortcut',
    create: 'prompts.newShortcut',
  },
} as const

function Prompts({ kind, prompts }: { kind: Prompt['kind']; prompts: readonly Prompt[] }) {
  const t = useMessages('chatbot')
  const [creating, setCreating] = useState(false)
  const shown = prompts.filter((prompt) => prompt.kind === kind)
  const create = (
    <Button leftSection={<Icon of={IconPlus} size={16} />} onClick={() => setCreating(true)}>
      {t(words[kind].create)}
    </Button>
  )
  return (
    <section className={classes.section}>
      <header className={classes.head}>
        <div>
          <h2>{t(words[kind].title)}</h2>
          <p>{t(words[kind].detail)}</p>
        </div>
        {shown.length > 0 && create}
      </header>
      {shown.length === 0 ? (
        <EmptyState title={t(words[kind].empty)} action={create} />
      ) : (
        <ul className={classes.rows}>
          {shown.map((prompt) => (
            <PromptRow key={prompt.id} prompt={prompt} />
          ))}
        </ul>
      )}
      <PromptDialog kind={kind} opened={creating} onClose={() => setCreating(false)} />
    </section>
  )
}
