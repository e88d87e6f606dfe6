import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import blocks from '@minato/web/blocks.module.css'
import { ErrorNote } from '@minato/web/error-state'
import { layout } from '@minato/web/form'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import { CheckResult } from './check-result.tsx'
import { useConfigurationTabs } from './configuration-tabs.ts'
import { DocumentForm } from './document-form.tsx'
import type { Checked, Document, Version } from './shapes.ts'

export function ConfigurationPage() {
  const t = useMessages('mcp-console')
  const current = useAnswer<Version>('/config')
  return (
    <ConsolePage
      title={t('configuration.title')}
      intro={t('configuration.intro')}
      tabs={useConfigurationTabs()}
    >
      <Answer of={current}>{(version) => <Editor key={version.version} base={version} />}</Answer>
    </ConsolePage>
  )
}

/** One document in two views; what is sent is the text, so that both say the same. */
function Editor({ base }: { base: Version }) {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const [text, setText] = useState(() => JSON.stringify(base.document, null, 2))
  const [view, setView] = useState('form')
  const [note, setNote] = useState('')
  const [checked, setChecked] = useState<Checked>()
  const [error, setError] = useState<unknown>()
  const read = parse(text)
  const mayChange = can('mcp-console.administer')
  async function send(work: (document: Document) => Promise<void>) {
    if ('problem' in read) return
    setError(undefined)
    setChecked(undefined)
    try {
      await work(read.document)
    } catch (cause) {
      setError(cause)
    }
  }
  const check = () =>
    send(async (document) =>
      setChecked(await api.post<Checked>('/api/mcp-console/config/validate', { document })),
    )
  const save = () =>
    send(async (document) => {
      const body = { document, note, version: base.version }
      const { version } = await api.put<Version>('/api/mcp-console/config', body)
      await refresh()
      notify({ tone: 'done', title: t('configuration.saved', { version }) })
    })
  return (
    <>
      <SegmentedControl
        mb="md"
        aria-label={t('configuration.view')}
        value={view}
        onChange={setView}
        data={[
          { value: 'form', label: t('configuration.asForm') },
          { value: 'json', label: t('configuration.asJson') },
        ]}
      />
      {view === 'form' && !('problem' in read) ? (
        <DocumentForm
          document={read.document}
          readOnly={!mayChange}
          onChange={(document) => setText(JSON.stringify(document, null, 2))}
        />
      ) : (
        <Textarea
          label={t('configuration.document')}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={
            'problem' in read ? t('configuration.notJson', { problem: read.problem }) : undefined
          }
          readOnly={!mayChange}
          autosize
          minRows={12}
          maxRows={40}
          spellCheck={false}
          ff="monospace"
        />
      )}
      {mayChange ? (
        <>
          <TextInput
            {...layout}
            mt="md"
            label={t('configuration.note')}
            description={t('configuration.noteHelp')}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <div className={blocks.row} style={{ marginTop: 16 }}>
            <MainAction disabled={'problem' in read} onClick={() => void save()}>
              {t('configuration.save')}
            </MainAction>
            <Button disabled={'problem' in read} onClick={() => void check()}>
              {t('configuration.validate')}
            </Button>
          </div>
        </>
      ) : (
        <p className={blocks.muted}>{t('configuration.readOnly')}</p>
      )}
      {error !== undefined && <ErrorNote error={error} />}
      {checked !== undefined && <CheckResult checked={checked} />}
    </>
  )
}

function parse(text: string): { document: Document } | { problem: string } {
  try {
    return { document: JSON.parse(text) as Document }
  } catch (error) {
    return { problem: error instanceof Error ? error.message : '' }
  }
}
