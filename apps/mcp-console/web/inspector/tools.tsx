import { Button, Checkbox, Textarea } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { ApiError, api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { EmptyState } from '@minato/web/empty-state'
import { Form, FormActions, layout, SubmitAction, TextField, useField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { SelectField } from '@minato/web/select-field'
import { IconTool } from '@tabler/icons-react'
import { useState } from 'react'
import { useList } from '../queries.ts'
import { type ArgumentField, argumentFields, readArguments } from './argument-fields.ts'
import { type Ran, RunResult } from './run-result.tsx'

type Tool = {
  name: string
  title?: string
  description?: string
  inputSchema?: unknown
  held: boolean
}

export function Tools({ path }: { path: string }) {
  const t = useMessages('mcp-console')
  const tools = useList<Tool>(`${path}/tools`)
  return (
    <Answer of={tools}>
      {() =>
        tools.rows.length === 0 ? (
          <EmptyState
            icon={IconTool}
            title={t('inspector.none.tools')}
            detail={t('inspector.noneDetail')}
          />
        ) : (
          tools.rows.map((tool) => <ToolCard key={tool.name} path={path} tool={tool} />)
        )
      }
    </Answer>
  )
}

/** Names and descriptions are a server's: shown as text, whatever they hold. */
function ToolCard({ path, tool }: { path: string; tool: Tool }) {
  const t = useMessages('mcp-console')
  const [open, setOpen] = useState(false)
  return (
    <section className={blocks.card}>
      <div className={blocks.heading}>
        <h2 data-raw>{tool.title ?? tool.name}</h2>
        <span className={blocks.row}>
          {tool.held && <Badge tone="warn">{t('inspector.held')}</Badge>}
          <Button aria-expanded={open} onClick={() => setOpen(!open)}>
            {t('inspector.run')}
          </Button>
        </span>
      </div>
      <p className={blocks.muted} data-raw>
        {tool.description}
      </p>
      {open && <RunTool path={path} tool={tool} />}
    </section>
  )
}

function RunTool({ path, tool }: { path: string; tool: Tool }) {
  const t = useMessages('mcp-console')
  const fields = argumentFields(tool.inputSchema)
  const [asJson, setAsJson] = useState(fields === undefined)
  const [ran, setRan] = useState<Ran>()
  async function run(values: Record<string, string>) {
    setRan(undefined)
    const given = asJson ? fromJson(values, t) : fromFields(fields ?? [], values, t)
    const address = `/api/mcp-console${path}/tools/${encodeURIComponent(tool.name)}`
    setRan(await api.post<Ran>(address, { arguments: given }))
  }
  return (
    <>
      <Form onSubmit={run} label={tool.name}>
        {asJson ? (
          <JsonField />
        ) : (
          fields?.map((field) => <ArgumentInput key={field.name} field={field} />)
        )}
        <FormActions>
          <SubmitAction>{t('inspector.run')}</SubmitAction>
          {fields !== undefined && fields.length > 0 && (
            <Button onClick={() => setAsJson(!asJson)}>
              {asJson ? t('inspector.asForm') : t('inspector.asJson')}
            </Button>
          )}
        </FormActions>
      </Form>
      {ran !== undefined && <RunResult of={ran} />}
    </>
  )
}

function ArgumentInput({ field }: { field: ArgumentField }) {
  const { name, kind, description, required, initial, choices } = field
  const shared = { name, label: name, description, required, defaultValue: initial }
  if (kind === 'boolean')
    return (
      <Checkbox
        name={name}
        label={name}
        description={description}
        defaultChecked={initial === 'true'}
      />
    )
  if (kind === 'choice') return <SelectField {...shared} data={choices} clearable={!required} />
  return <TextField {...shared} {...(kind === 'number' ? { inputMode: 'decimal' as const } : {})} />
}

function JsonField() {
  const t = useMessages('mcp-console')
  const field = useField('json')
  return (
    <Textarea
      {...layout}
      {...field}
      name="json"
      label={t('inspector.arguments')}
      defaultValue="{}"
      autosize
      minRows={3}
      spellCheck={false}
    />
  )
}

type Words = ReturnType<typeof useMessages<'mcp-console'>>

function fromFields(fields: ArgumentField[], values: Record<string, string>, t: Words) {
  const read = readArguments(fields, values)
  if ('bad' in read) throw fault(read.bad, t('inspector.notNumber'))
  return read.arguments
}

function fromJson(values: Record<string, string>, t: Words): unknown {
  try {
    const value: unknown = JSON.parse(values['json'] ?? '')
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below, as for what is JSON but no object.
  }
  throw fault('json', t('inspector.notJson'))
}

function fault(path: string, message: string): ApiError {
  const errors = [{ path, code: 'custom', message }]
  return new ApiError({ status: 422, code: 'VALIDATION_FAILED', title: '', detail: '', errors })
}
