import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconServer } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { List } from '../shapes.ts'
import type { Process } from './deploy-shapes.ts'
import { useDeploysTabs } from './deploys-tabs.ts'

const REFRESH_MS = 5000

/** Which release each process runs: two of them at once are a deploy, or one that was forgotten. */
export function ProcessesPage() {
  const t = useMessages('operations')
  const processes = useAnswer<List<Process>>('/processes', {}, REFRESH_MS)
  return (
    <OperationsPage
      title={t('deploys.title')}
      intro={t('deploys.processesIntro')}
      tabs={useDeploysTabs()}
    >
      <Answer of={processes}>{({ items }) => <Table items={items} />}</Answer>
    </OperationsPage>
  )
}

const ROLES = ['all', 'web', 'worker'] as const

function Table({ items }: { items: Process[] }) {
  const t = useMessages('operations')
  const roleOf = (role: string) => {
    const known = ROLES.find((one) => one === role)
    return known === undefined ? role : t(`deploys.roles.${known}`)
  }
  return (
    <DataTable
      label={t('deploys.processes')}
      rows={items}
      rowKey={({ id }) => id}
      empty={<EmptyState icon={IconServer} title={t('deploys.noProcess')} />}
      columns={[
        { key: 'role', header: t('deploys.role'), primary: true, cell: ({ role }) => roleOf(role) },
        {
          key: 'release',
          header: t('deploys.release'),
          cell: ({ release }) => <span data-raw>{release}</span>,
        },
        {
          key: 'color',
          header: t('deploys.color'),
          cell: ({ color }) => (color === null ? '—' : t(`deploys.colors.${color}`)),
        },
        {
          key: 'state',
          header: t('jobs.state'),
          cell: ({ alive }) => (
            <Badge tone={alive ? 'good' : 'bad'}>
              {t(alive ? 'deploys.alive' : 'deploys.silent')}
            </Badge>
          ),
        },
        {
          key: 'host',
          header: t('deploys.host'),
          cell: ({ host, pid }) => (
            <span data-raw>
              {host}:{pid}
            </span>
          ),
        },
        {
          key: 'since',
          header: t('jobs.started'),
          cell: ({ startedAt }) => <Time at={startedAt} as="relative" />,
        },
      ]}
    />
  )
}
