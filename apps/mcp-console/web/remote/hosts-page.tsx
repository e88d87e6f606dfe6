import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { IconLock } from '@tabler/icons-react'
import { ConsolePage } from '../console-page.tsx'
import { refresh, useList } from '../queries.ts'
import { useRemoteTabs } from './remote-tabs.ts'
import type { Host } from './shapes.ts'

export function HostsPage() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const hosts = useList<Host>('/remote-hosts')
  const mayChange = can('mcp-console.administer')
  return (
    <ConsolePage
      title={t('remote.hosts')}
      intro={t('remote.hostsIntro')}
      tabs={useRemoteTabs()}
      actions={mayChange ? <Add /> : undefined}
    >
      <Answer of={hosts}>
        {() => (
          <DataTable
            label={t('remote.hosts')}
            rows={hosts.rows}
            rowKey={({ pattern }) => pattern}
            empty={
              <EmptyState
                icon={IconLock}
                title={t('remote.hostsEmpty')}
                detail={t('remote.hostsEmptyDetail')}
              />
            }
            columns={[
              {
                key: 'pattern',
                header: t('remote.host'),
                primary: true,
                cell: ({ pattern }) => <code>{pattern}</code>,
              },
              {
                key: 'acts',
                header: '',
                align: 'right',
                cell: ({ pattern, fixed }) =>
                  fixed ? (
                    <Badge>{t('remote.fixed')}</Badge>
                  ) : (
                    mayChange && <Remove host={pattern} />
                  ),
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
  async function add({ pattern = '' }: Record<string, string>) {
    const { pattern: host } = await api.post<Host>('/api/mcp-console/remote-hosts', { pattern })
    await refresh()
    notify({ tone: 'done', title: t('remote.hostAdded', { host }) })
  }
  return (
    <FormDialog
      opener={(open) => <MainAction onClick={open}>{t('remote.hostAdd')}</MainAction>}
      title={t('remote.hostAdd')}
      submit={t('remote.hostAdd')}
      onSubmit={add}
      fieldOf={() => 'pattern'}
    >
      <TextField
        name="pattern"
        label={t('remote.host')}
        description={t('remote.hostHelp')}
        required
      />
    </FormDialog>
  )
}

function Remove({ host }: { host: string }) {
  const t = useMessages('mcp-console')
  return (
    <ConfirmAct
      title={t('remote.hostRemoveTitle', { host })}
      detail={t('remote.hostRemoveDetail')}
      act={t('remote.hostRemove')}
      onConfirm={async () => {
        await api.delete(`/api/mcp-console/remote-hosts/${encodeURIComponent(host)}`)
        await refresh()
        notify({ tone: 'done', title: t('remote.hostRemoved', { host }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('remote.hostRemove')}
        </Button>
      )}
    </ConfirmAct>
  )
}
