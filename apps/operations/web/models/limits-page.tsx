import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import parts from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Money, NumberText } from '@minato/web/number-text'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconGauge } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import type { Amount, Cap } from '../shapes.ts'
import { LimitDialog } from './limit-dialog.tsx'
import { useModelsTabs } from './models-tabs.ts'

export function LimitsPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const caps = useList<Cap>('/llm/caps')
  const manage = can('operations.manage')
  return (
    <OperationsPage
      title={t('models.title')}
      intro={t('limits.intro')}
      tabs={useModelsTabs()}
      actions={manage && can('users.view') ? <LimitDialog /> : undefined}
    >
      <Answer of={caps}>
        {() => (
          <DataTable
            label={t('limits.title')}
            rows={caps.rows}
            rowKey={(row) => row.userId}
            empty={
              <EmptyState
                icon={IconGauge}
                title={t('limits.empty')}
                detail={t('limits.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'user',
                header: t('usage.group.user'),
                primary: true,
                cell: (row) => row.user,
              },
              {
                key: 'usd',
                header: t('limits.usd'),
                align: 'right',
                cell: (row) => <AmountText value={row.usd} money />,
              },
              {
                key: 'tokens',
                header: t('limits.tokens'),
                align: 'right',
                cell: (row) => <AmountText value={row.tokens} />,
              },
              {
                key: 'updatedAt',
                header: t('limits.since'),
                cell: (row) => <Time at={row.updatedAt} as="date" />,
              },
              {
                key: 'act',
                header: '',
                align: 'right',
                cell: (row) =>
                  manage ? (
                    <span className={parts.row}>
                      <LimitDialog cap={row} />
                      <RemoveLimit cap={row} />
                    </span>
                  ) : null,
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

function AmountText({ value, money = false }: { value: Amount; money?: boolean }) {
  const t = useMessages('operations')
  if (value === null) return t('limits.standard')
  if (value === 'none') return t('limits.none')
  return money ? <Money value={value} currency="USD" /> : <NumberText value={value} />
}

function RemoveLimit({ cap }: { cap: Cap }) {
  const t = useMessages('operations')
  const { user } = cap
  return (
    <ConfirmAct
      title={t('limits.removeTitle', { user })}
      detail={t('limits.removeDetail')}
      act={t('limits.remove')}
      onConfirm={async () => {
        await api.delete(`/api/operations/llm/caps/${cap.userId}`)
        await refresh()
        notify({ tone: 'done', title: t('limits.removed', { user }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('limits.remove')}
        </Button>
      )}
    </ConfirmAct>
  )
}
