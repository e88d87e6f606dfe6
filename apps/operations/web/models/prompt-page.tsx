import { Button, Textarea } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import parts from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { ConfirmAct } from '@minato/web/confirm-act'
import { EmptyState } from '@minato/web/empty-state'
import { Form, FormActions, SubmitAction, useField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { List, Prompt, PromptChange } from '../shapes.ts'
import { Evaluate } from './evaluate.tsx'
import { Wording } from './prompts-page.tsx'

export function PromptPage() {
  const t = useMessages('operations')
  const { name } = useParams({ strict: false }) as { name: string }
  const prompts = useAnswer<List<Prompt>>('/llm/prompts')
  const prompt = prompts.data?.items.find((item) => item.name === name)
  return (
    <OperationsPage
      title={name}
      intro={prompt === undefined ? undefined : <Wording prompt={prompt} />}
      crumbs={[
        { label: t('models.title'), to: '/operations/llm' },
        { label: t('prompts.title'), to: '/operations/llm/prompts' },
      ]}
      actions={prompt?.override == null ? undefined : <Restore name={name} />}
    >
      <Answer of={prompts}>
        {() =>
          prompt === undefined ? (
            <EmptyState title={t('prompts.gone')} detail={t('prompts.goneDetail')} />
          ) : (
            <>
              <Editor key={prompt.template} prompt={prompt} />
              {prompt.override !== null && (
                <section className={parts.section}>
                  <h2>{t('prompts.builtIn')}</h2>
                  <CodeBlock label={t('prompts.builtIn')}>{prompt.builtIn}</CodeBlock>
                </section>
              )}
              <Evaluate prompt={prompt} />
              <History name={name} />
            </>
          )
        }
      </Answer>
    </OperationsPage>
  )
}

function Editor({ prompt }: { prompt: Prompt }) {
  const t = useMessages('operations')
  const words = useMessages('parts')
  const { can } = useSession()
  return (
    <Form
      onSubmit={async ({ template }) => {
        await api.put(`/api/operations/llm/prompts/${prompt.name}`, { template })
        await refresh()
        notify({ tone: 'done', title: t('prompts.done', { name: prompt.name }) })
      }}
      fieldOf={(code) => (code === 'PROMPT_TEMPLATE_WRONG' ? 'template' : undefined)}
    >
      <Template prompt={prompt} />
      {can('operations.manage') && (
        <FormActions>
          <SubmitAction>{words('save')}</SubmitAction>
        </FormActions>
      )}
    </Form>
  )
}

function Template({ prompt }: { prompt: Prompt }) {
  const t = useMessages('operations')
  const { can } = useSession()
  const { error, onInput } = useField('template')
  const inputs = prompt.inputs.map((name) => `{{${name}}}`).join(' ')
  return (
    <Textarea
      name="template"
      label={t('prompts.template')}
      description={
        <span data-raw>
          {inputs === '' ? t('prompts.noInputs') : t('prompts.inputs', { inputs })}
        </span>
      }
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      defaultValue={prompt.template}
      readOnly={!can('operations.manage')}
      onChange={onInput}
      error={error}
      autosize
      minRows={6}
      maxRows={24}
      required
      withAsterisk={false}
    />
  )
}

function Restore({ name }: { name: string }) {
  const t = useMessages('operations')
  return (
    <ConfirmAct
      title={t('prompts.restoreTitle', { name })}
      detail={t('prompts.restoreDetail')}
      act={t('prompts.restore')}
      onConfirm={async () => {
        await api.delete(`/api/operations/llm/prompts/${name}`)
        await refresh()
        notify({ tone: 'done', title: t('prompts.restored', { name }) })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('prompts.restore')}</Button>}
    </ConfirmAct>
  )
}

function History({ name }: { name: string }) {
  const t = useMessages('operations')
  const history = useAnswer<List<PromptChange>>(`/llm/prompts/${name}/history`)
  if (history.data?.items.length === 0) return null
  return (
    <section className={parts.section}>
      <h2>{t('prompts.history')}</h2>
      <Answer of={history} lines={3}>
        {({ items }) =>
          items.map((change) => (
            <details key={change.at} className={parts.card}>
              <summary>
                <Time at={change.at} /> {change.withdrawnAt !== null && t('prompts.withdrawn')}
              </summary>
              <CodeBlock label={t('prompts.history')}>{change.diff}</CodeBlock>
            </details>
          ))
        }
      </Answer>
    </section>
  )
}
