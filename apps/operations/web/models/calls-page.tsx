import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Money, NumberText } from '@minato/web/number-text'
import { Time } from '@minato/web/time'
import { IconList } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { Call } from '../shapes.ts'
import { useModelsTabs } from './models-tabs.ts'

/** The ledger: every call, newest first. */
export function CallsPage() {
  const t = useMessages('operations')
  const calls = useList<Call>('/llm/ledger')
  return (
    <OperationsPage title={t('models.title')} intro={t('calls.intro')} tabs={useModelsTabs()}>
      <Answer of={calls}>
        {() => (
          <DataTable
            label={t('calls.title')}
            rows={calls.rows}
            rowKey={(row) => String(row.id)}
            more={calls.more}
            empty={
              <EmptyState
                icon={IconList}
                title={t('usage.empty')}
                detail={t('usage.emptyDetail')}
              />
            }
            columns={[
              { key: 'at', header: t('audit.at'), cell: (row) => <Time at={row.at} as="second" /> },
              {
                key: 'user',
                header: t('usage.group.user'),
                primary: true,
                cell: (row) => row.user,
              },
              {
                key: 'purpose',
                header: t('usage.group.purpose'),
                cell: (row) => <code>{`${row.app} · ${row.purpose}`}</code>,
              },
              {
                key: 'model',
                header: t('usage.group.model'),
                cell: (row) => <code>{row.model}</code>,
              },
              {
                key: 'tokens',
                header: t('usage.tokens'),
                align: 'right',
                cell: (row) => <NumberText value={row.inputTokens + row.outputTokens} />,
              },
              {
                key: 'cost',
                header: t('usage.cost'),
                align: 'right',
                cell: (row) =>
                  row.priceKnown ? (
                    <Money value={row.costUsd} currency="USD" />
                  ) : (
                    t('calls.noPrice')
                  ),
              },
              {
                key: 'outcome',
                header: t('usage.group.outcome'),
                cell: (row) => <Outcome outcome={row.outcome} />,
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

function Outcome({ outcome }: { outcome: string }) {
  const t = useMessages('operations')
  if (outcome === 'ok') return <Badge tone="good">{t('calls.ok')}</Badge>
  if (outcome === 'cancelled') return <Badge>{t('calls.cancelled')}</Badge>
  return (
    <Badge tone="bad">
      <code>{outcome}</code>
    </Badge>
  )
}
