import { SegmentedControl } from '@mantine/core'
import { ApiError, api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { CodeBlock } from '@minato/web/code-block'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { LinesField } from '@minato/web/lines-field'
import { useMessages } from '@minato/web/messages'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import { parseCommand } from '../servers/spec-text.ts'
import type { SessionRun } from './shapes.ts'

export function RunInSession({ id }: { id: string }) {
  const t = useMessages('mcp-console')
  const [kind, setKind] = useState('tool')
  const [ran, setRan] = useState<SessionRun>()
  async function run({ tool, given = '', words = '' }: Record<string, string>) {
    setRan(undefined)
    const body =
      kind === 'tool'
        ? { tool, arguments: readObject(given, t('sessions.notJson')) }
        : { command: parseCommand(words) }
    setRan(await api.post<SessionRun>(`/api/mcp-console/sessions/${id}/exec`, body))
    await refresh()
  }
  return (
    <section className={blocks.section}>
      <h2>{t('sessions.run')}</h2>
      <SegmentedControl
        mb="md"
        aria-label={t('sessions.kind')}
        value={kind}
        onChange={setKind}
        data={[
          { value: 'tool', label: t('sessions.tool') },
          { value: 'command', label: t('sessions.command') },
        ]}
      />
      <Form key={kind} onSubmit={run} label={t('sessions.run')}>
        {kind === 'tool' ? (
          <>
            <TextField name="tool" label={t('sessions.toolName')} required />
            <LinesField name="given" label={t('sessions.arguments')} text="{}" />
          </>
        ) : (
          <LinesField name="words" label={t('sessions.words')} help={t('sessions.wordsHelp')} />
        )}
        <FormActions>
          <SubmitAction>{t('sessions.run')}</SubmitAction>
        </FormActions>
      </Form>
      {ran !== undefined && <Ran run={ran} />}
    </section>
  )
}

function Ran({ run }: { run: SessionRun }) {
  const t = useMessages('mcp-console')
  return (
    <div aria-live="polite">
      <div className={blocks.row}>
        <Badge tone={run.exitCode === 0 ? 'good' : 'bad'}>
          {t('sessions.exitCode')} {run.exitCode ?? '—'}
        </Badge>
        {run.timedOut && <span>{t('sessions.timedOut')}</span>}
        {run.truncated && <span>{t('sessions.truncated')}</span>}
      </div>
      <CodeBlock label={t('sessions.output')}>{run.output}</CodeBlock>
      {run.errorOutput !== '' && (
        <CodeBlock label={t('sessions.errors')}>{run.errorOutput}</CodeBlock>
      )}
    </div>
  )
}

function readObject(text: string, problem: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below, as for what is JSON but no object.
  }
  const errors = [{ path: 'given', code: 'custom', message: problem }]
  throw new ApiError({ status: 422, code: 'VALIDATION_FAILED', title: '', detail: '', errors })
}
