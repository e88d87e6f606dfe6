import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import blocks from '@minato/web/blocks.module.css'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconCloudOff } from '@tabler/icons-react'
import { ConsolePage } from '../console-page.tsx'
import { useList } from '../queries.ts'
import { AddRemote } from './add-remote.tsx'
import { RemoteActs } from './remote-acts.tsx'
import { useRemoteTabs } from './remote-tabs.ts'
import type { RemoteServer } from './shapes.ts'

const TONES = {
  new: 'plain',
  connected: 'good',
  'authorization-required': 'warn',
  failed: 'bad',
} as const

export function RemotePage() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const [{ authorized, error }] = useFilters()
  const list = useList<RemoteServer>('/remote-servers')
  return (
    <ConsolePage
      title={t('remote.title')}
      intro={t('remote.intro')}
      tabs={useRemoteTabs()}
      actions={can('mcp-console.operate') ? <AddRemote /> : undefined}
    >
      {/* Where the provider has sent the person back to. */}
      {authorized !== undefined && (
        <p className={blocks.note} role="status">
          {t('remote.authorizedDone')}
        </p>
      )}
      {error !== undefined && (
        <p className={blocks.note} role="alert">
          {t('remote.refused')}{' '}
          <span data-reason-code>
            <code>{error}</code>
          </span>
        </p>
      )}
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('remote.title')}
            rows={list.rows}
            rowKey={({ id }) => id}
            more={list.more}
            empty={
              <EmptyState
                icon={IconCloudOff}
                title={t('remote.empty')}
                detail={t('remote.emptyDetail')}
              />
            }
            columns={[
              { key: 'name', header: t('remote.name'), primary: true, cell: ({ name }) => name },
              {
                key: 'url',
                header: t('remote.url'),
                cell: ({ url }) => <span data-raw>{url}</span>,
              },
              {
                key: 'state',
                header: t('remote.state'),
                cell: (server) => <RemoteState server={server} />,
              },
              {
                key: 'token',
                header: t('remote.tokenEnds'),
                cell: ({ tokenExpiresAt }) =>
                  tokenExpiresAt === null ? '—' : <Time at={tokenExpiresAt} />,
              },
              { key: 'acts', header: '', cell: (server) => <RemoteActs server={server} /> },
            ]}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}

function RemoteState({ server }: { server: RemoteServer }) {
  const t = useMessages('mcp-console')
  return (
    <span className={blocks.row}>
      <Badge tone={TONES[server.state]}>{t(`remote.states.${server.state}`)}</Badge>
      {!server.enabled && <Badge>{t('remote.off')}</Badge>}
      {server.authorized && <Badge tone="good">{t('remote.authorized')}</Badge>}
      {server.reason !== null && (
        <span data-reason-code>
          <code>{server.reason}</code>
        </span>
      )}
    </span>
  )
}
