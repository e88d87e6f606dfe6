import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconServerOff } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { ConsolePage } from '../console-page.tsx'
import { useList } from '../queries.ts'
import type { Container } from '../shapes.ts'
import { DeliveryBadge, ServerState } from './server-state.tsx'

const EVERY_MS = 5_000

export function ServersPage() {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  const navigate = useNavigate()
  const list = useList<Container>('/containers', {}, EVERY_MS)
  const install = () => void navigate({ to: '/mcp-console/servers/install' })
  return (
    <ConsolePage
      title={t('servers.title')}
      intro={t('servers.intro')}
      actions={
        can('mcp-console.operate') ? (
          <Button onClick={install}>{t('servers.install')}</Button>
        ) : undefined
      }
    >
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('servers.title')}
            rows={list.rows}
            rowKey={({ id }) => id}
            rowLink={({ id }) => `/mcp-console/servers/${id}`}
            empty={<Empty />}
            filters={[
              {
                key: 'query',
                label: t('servers.name'),
                match: ({ name, image }, value) =>
                  `${name} ${image}`.toLowerCase().includes(value.toLowerCase()),
              },
            ]}
            columns={[
              {
                key: 'name',
                header: t('servers.name'),
                primary: true,
                cell: ({ name }) => name,
                sort: ({ name }) => name,
              },
              {
                key: 'state',
                header: t('servers.state'),
                cell: ({ state }) => <ServerState state={state} />,
                sort: ({ state }) => state,
              },
              {
                key: 'image',
                header: t('servers.image'),
                cell: ({ image }) => <code>{image}</code>,
              },
              {
                key: 'secrets',
                header: t('servers.secrets'),
                cell: (container) => <DeliveryBadge container={container} />,
              },
              {
                key: 'created',
                header: t('servers.created'),
                cell: ({ createdAt }) => <Time at={createdAt} as="relative" />,
                sort: ({ createdAt }) => Date.parse(createdAt),
              },
            ]}
          />
        )}
      </Answer>
    </ConsolePage>
  )
}

function Empty() {
  const t = useMessages('mcp-console')
  const navigate = useNavigate()
  return (
    <EmptyState
      icon={IconServerOff}
      title={t('servers.empty')}
      detail={t('servers.emptyDetail')}
      action={
        <MainAction onClick={() => void navigate({ to: '/mcp-console/catalog' })}>
          {t('servers.toCatalog')}
        </MainAction>
      }
    />
  )
}
