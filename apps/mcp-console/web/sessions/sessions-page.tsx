import { Checkbox } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Time } from '@minato/web/time'
import { IconBox } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useList } from '../queries.ts'
import { SessionState } from './session-state.tsx'
import type { Session } from './shapes.ts'

const EVERY_MS = 10_000

export function SessionsPage() {
  const t = useMessages('mcp-console')
  const list = useList<Session>('/sessions', {}, EVERY_MS)
  return (
    <ConsolePage title={t('sessions.title')} intro={t('sessions.intro')} actions={<Add />}>
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('sessions.title')}
            rows={list.rows}
            rowKey={({ id }) => id}
            rowLink={({ id }) => `/mcp-console/sessions/${id}`}
            more={list.more}
            empty={
              <EmptyState
                icon={IconBox}
                title={t('sessions.empty')}
                detail={t('sessions.emptyDetail')}
              />
            }
            columns={[
              { key: 'name', header: t('sessions.name'), primary: true, cell: ({ name }) => name },
              {
                key: 'state',
                header: t('sessions.state'),
                cell: (session) => <SessionState session={session} />,
              },
              {
                key: 'image',
                header: t('sessions.image'),
                cell: ({ image }) => <code>{image}</code>,
              },
              {
                key: 'ends',
                header: t('sessions.ends'),
                cell: ({ idleDeadline }) => <Time at={idleDeadline} />,
              },
            ]}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}

function Add() {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  const [network, setNetwork] = useState(false)
  async function start({ image, name }: Record<string, string>) {
    const body = { image, network, ...(name ? { name } : {}) }
    const made = await api.post<Session>('/api/mcp-console/sessions', body)
    await refresh()
    notify({ tone: 'done', title: t('sessions.started', { name: made.name }) })
    await navigate({ to: `/mcp-console/sessions/${made.id}` })
  }
  return (
    <FormDialog
      opener={(open) => <MainAction onClick={open}>{t('sessions.add')}</MainAction>}
      title={t('sessions.add')}
      submit={t('sessions.add')}
      onSubmit={start}
    >
      <TextField name="image" label={t('sessions.image')} required />
      <TextField name="name" label={t('sessions.name')} />
      <Checkbox
        label={t('sessions.network')}
        checked={network}
        onChange={(event) => setNetwork(event.currentTarget.checked)}
      />
    </FormDialog>
  )
}
