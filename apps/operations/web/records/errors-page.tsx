import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { NumberText } from '@minato/web/number-text'
import { Time } from '@minato/web/time'
import { IconMoodCheck } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { ErrorGroup } from '../shapes.ts'

export function ErrorsPage() {
  const t = useMessages('operations')
  const [{ state }] = useFilters()
  const groups = useList<ErrorGroup>('/errors', { state })
  return (
    <OperationsPage title={t('errors.title')} intro={t('errors.intro')}>
      <Answer of={groups}>
        {() => (
          <DataTable
            label={t('errors.title')}
            rows={groups.rows}
            rowKey={(group) => group.fingerprint}
            rowLink={(group) => `/operations/errors/${group.fingerprint}`}
            empty={
              <EmptyState
                icon={IconMoodCheck}
                title={t('errors.empty')}
                detail={t('errors.emptyDetail')}
              />
            }
            filters={[
              {
                key: 'query',
                label: t('errors.query'),
                match: ({ name, message, source }, value) =>
                  `${name} ${message} ${source}`.toLowerCase().includes(value.toLowerCase()),
              },
              {
                key: 'state',
                label: t('users.status'),
                choices: [
                  { value: 'open', label: t('errors.open') },
                  { value: 'resolved', label: t('errors.resolved') },
                ],
              },
            ]}
            columns={[
              {
                key: 'error',
                header: t('errors.error'),
                primary: true,
                cell: (group) => (
                  <span data-raw>
                    {group.name}: {group.message.slice(0, 120)}
                  </span>
                ),
              },
              {
                key: 'state',
                header: t('users.status'),
                cell: (group) => <GroupState group={group} />,
              },
              {
                key: 'count',
                header: t('errors.count'),
                align: 'right',
                cell: (group) => <NumberText value={group.count} />,
                sort: (group) => group.count,
              },
              {
                key: 'users',
                header: t('errors.users'),
                align: 'right',
                cell: (group) => <NumberText value={group.users} />,
                sort: (group) => group.users,
              },
              {
                key: 'lastSeen',
                header: t('errors.lastSeen'),
                cell: (group) => <Time at={group.lastSeen} as="relative" />,
                sort: (group) => Date.parse(group.lastSeen),
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

export function GroupState({ group }: { group: ErrorGroup }) {
  const t = useMessages('operations')
  return group.resolvedAt === null ? (
    <Badge tone="bad">{t('errors.open')}</Badge>
  ) : (
    <Badge tone="good">{t('errors.resolved')}</Badge>
  )
}
