import { Answer } from '@minato/web/answer'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { queryClient, type ShellInfo, shellQuery } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconPlug } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { Connections } from './connection-shapes.ts'

const REFRESH_MS = 10_000

export function ConnectionsPage() {
  const t = useMessages('operations')
  const connections = useAnswer<Connections>('/realtime/connections', {}, REFRESH_MS)
  return (
    <OperationsPage title={t('connections.title')} intro={t('connections.intro')}>
      <Answer of={connections}>{(answer) => <Table {...answer} />}</Answer>
    </OperationsPage>
  )
}

function Table({ items, total }: Connections) {
  const t = useMessages('operations')
  const titleOf = useAppTitle()
  const [{ app }] = useFilters()
  const apps = [...new Set(items.map((one) => one.app))].sort()
  const rows = app === undefined ? items : items.filter((one) => one.app === app)
  return (
    <>
      {total > items.length && <p>{t('connections.more', { shown: items.length, total })}</p>}
      <DataTable
        label={t('connections.title')}
        rows={rows}
        rowKey={({ id }) => id}
        rowLink={({ userId }) => `/operations/users/${userId}`}
        empty={
          <EmptyState
            icon={IconPlug}
            title={t('connections.empty')}
            detail={t('connections.emptyDetail')}
          />
        }
        filters={[
          {
            key: 'query',
            label: t('connections.query'),
            match: ({ name, email, rooms }, value) =>
              `${name} ${email} ${rooms.join(' ')}`.toLowerCase().includes(value.toLowerCase()),
          },
          {
            key: 'app',
            label: t('connections.app'),
            choices: apps.map((value) => ({ value, label: titleOf(value) })),
          },
        ]}
        columns={[
          {
            key: 'who',
            header: t('connections.who'),
            primary: true,
            cell: ({ name, email }) => (
              <>
                {name} <span data-raw>{email}</span>
              </>
            ),
          },
          { key: 'app', header: t('connections.app'), cell: (row) => titleOf(row.app) },
          {
            key: 'rooms',
            header: t('connections.rooms'),
            cell: ({ rooms }) =>
              rooms.length === 0 ? (
                t('connections.noRooms')
              ) : (
                <span data-raw>{rooms.join(', ')}</span>
              ),
          },
          {
            key: 'address',
            header: t('connections.address'),
            cell: ({ address }) => <span data-raw>{address}</span>,
          },
          {
            key: 'since',
            header: t('connections.since'),
            cell: ({ connectedAt }) => <Time at={connectedAt} as="relative" />,
            sort: ({ connectedAt }) => Date.parse(connectedAt),
          },
        ]}
      />
    </>
  )
}

/** The platform's own connections belong to no app. */
function useAppTitle(): (name: string) => string {
  const t = useMessages('operations')
  const locale = useLocale()
  const shell = queryClient.getQueryData<ShellInfo>(shellQuery.queryKey)
  return (name) =>
    shell?.apps.find((app) => app.name === name)?.title[locale] ??
    (name === 'minato' ? t('connections.shell') : name)
}
