import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { CopyButton } from '@minato/web/copy-button'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { IconRoute } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useList } from '../queries.ts'
import { useGatewayTabs } from './gateway-tabs.ts'
import type { Profile } from './shapes.ts'

export function ProfilesPage() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const list = useList<Profile>('/profiles')
  return (
    <ConsolePage
      title={t('gateway.title')}
      intro={t('gateway.intro')}
      tabs={useGatewayTabs()}
      actions={can('mcp-console.operate') ? <Add /> : undefined}
    >
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('gateway.profiles')}
            rows={list.rows}
            rowKey={({ id }) => id}
            rowLink={({ id }) => `/mcp-console/gateway/${id}`}
            empty={
              <EmptyState
                icon={IconRoute}
                title={t('gateway.empty')}
                detail={t('gateway.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'name',
                header: t('gateway.name'),
                primary: true,
                cell: ({ title, name }) => title || name,
              },
              {
                key: 'state',
                header: t('servers.state'),
                cell: (profile) => <ProfileState profile={profile} />,
              },
              {
                key: 'address',
                header: t('gateway.address'),
                cell: ({ url }) => (
                  <span className={blocks.row}>
                    <code>{url}</code>
                    <CopyButton value={url} compact />
                  </span>
                ),
              },
              {
                key: 'servers',
                header: t('gateway.servers'),
                align: 'right',
                cell: ({ servers }) => servers.length,
              },
            ]}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}

export function ProfileState({ profile }: { profile: Profile }) {
  const t = useMessages('mcp-console')
  return (
    <span className={blocks.row}>
      <Badge tone={profile.enabled ? 'good' : 'plain'}>
        {profile.enabled ? t('gateway.enabled') : t('gateway.disabled')}
      </Badge>
      {profile.isDefault && <Badge>{t('gateway.isDefault')}</Badge>}
    </span>
  )
}

function Add() {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  async function add({ name = '', title = '' }: Record<string, string>) {
    const body = { name, ...(title === '' ? {} : { title }) }
    const made = await api.post<Profile>('/api/mcp-console/profiles', body)
    await refresh()
    notify({ tone: 'done', title: t('gateway.added', { name }) })
    await navigate({ to: `/mcp-console/gateway/${made.id}` })
  }
  return (
    <FormDialog
      opener={(open) => <MainAction onClick={open}>{t('gateway.add')}</MainAction>}
      title={t('gateway.add')}
      submit={t('gateway.add')}
      onSubmit={add}
    >
      <TextField
        name="name"
        label={t('gateway.name')}
        description={t('gateway.nameHelp')}
        required
      />
      <TextField name="title" label={t('gateway.profileTitle')} />
    </FormDialog>
  )
}
