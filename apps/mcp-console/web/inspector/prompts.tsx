import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { EmptyState } from '@minato/web/empty-state'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { IconMessage } from '@tabler/icons-react'
import { useState } from 'react'
import { useList } from '../queries.ts'
import { type Ran, RunResult } from './run-result.tsx'

type Prompt = {
  name: string
  title?: string
  description?: string
  arguments?: { name: string; description?: string; required?: boolean }[]
}

export function Prompts({ path }: { path: string }) {
  const t = useMessages('mcp-console')
  const prompts = useList<Prompt>(`${path}/prompts`)
  return (
    <Answer of={prompts}>
      {() =>
        prompts.rows.length === 0 ? (
          <EmptyState
            icon={IconMessage}
            title={t('inspector.none.prompts')}
            detail={t('inspector.noneDetail')}
          />
        ) : (
          prompts.rows.map((prompt) => <PromptCard key={prompt.name} path={path} prompt={prompt} />)
        )
      }
    </Answer>
  )
}

function PromptCard({ path, prompt }: { path: string; prompt: Prompt }) {
  const t = useMessages('mcp-console')
  const [ran, setRan] = useState<Ran>()
  async function get(values: Record<string, string>) {
    const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''))
    const address = `/api/mcp-console${path}/prompts/${encodeURIComponent(prompt.name)}`
    setRan(await api.post<Ran>(address, { arguments: given }))
  }
  return (
    <section className={blocks.card}>
      <h2 data-raw>{prompt.title ?? prompt.name}</h2>
      <p className={blocks.muted} data-raw>
        {prompt.description}
      </p>
      <Form onSubmit={get} label={prompt.name}>
        {prompt.arguments?.map(({ name, description, required }) => (
          <TextField
            key={name}
            name={name}
            label={name}
            description={description}
            required={required === true}
          />
        ))}
        <FormActions>
          <SubmitAction>{t('inspector.get')}</SubmitAction>
        </FormActions>
      </Form>
      {ran !== undefined && <RunResult of={ran} />}
    </section>
  )
}
