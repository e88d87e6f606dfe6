import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { Badge } from '@minato/web/badge'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { Time } from '@minato/web/time'
import { IconMailForward } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import type { Invitation } from '../shapes.ts'
import { InviteAction } from './invite-dialog.tsx'
import { useRoleNames } from './roles.ts'
import { useUsersTabs } from './users-tabs.ts'

export function InvitationsPage() {
  const t = useMessages('operations')
  const names = useRoleNames()
  const list = useList<Invitation>('/api/auth/invitations')
  const tone = { open: 'warn', accepted: 'good', revoked: 'plain', expired: 'plain' } as const
  return (
    <OperationsPage
      title={t('invitations.title')}
      intro={t('invitations.intro')}
      tabs={useUsersTabs()}
      actions={<InviteAction />}
    >
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('invitations.title')}
            rows={list.rows}
            rowKey={(row) => row.id}
            more={list.more}
            empty={
              <EmptyState
                icon={IconMailForward}
                title={t('invitations.empty')}
                detail={t('invite.help')}
              />
            }
            filters={[
              {
                key: 'state',
                label: t('users.status'),
                choices: (['open', 'accepted', 'revoked', 'expired'] as const).map((value) => ({
                  value,
                  label: t(`invitations.${value}`),
                })),
                match: (row, value) => row.state === value,
              },
            ]}
            columns={[
              {
                key: 'email',
                header: t('users.email'),
                primary: true,
                cell: (row) => row.email,
              },
              { key: 'role', header: t('users.role'), cell: (row) => names[row.role] },
              {
                key: 'state',
                header: t('users.status'),
                cell: (row) => (
                  <Badge tone={tone[row.state]}>{t(`invitations.${row.state}`)}</Badge>
                ),
              },
              {
                key: 'createdAt',
                header: t('invitations.sent'),
                cell: (row) => <Time at={row.createdAt} as="relative" />,
              },
              {
                key: 'expiresAt',
                header: t('invitations.until'),
                cell: (row) => <Time at={row.expiresAt} as="date" />,
              },
              {
                key: 'act',
                header: '',
                align: 'right',
                cell: (row) => (row.state === 'open' ? <Withdraw invitation={row} /> : null),
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

function Withdraw({ invitation: { id, email } }: { invitation: Invitation }) {
  const t = useMessages('operations')
  return (
    <ConfirmAct
      title={t('invitations.withdrawTitle', { email })}
      detail={t('invitations.withdrawDetail')}
      act={t('invitations.withdraw')}
      onConfirm={async () => {
        await api.delete(`/api/auth/invitations/${id}`)
        await refresh()
        notify({ tone: 'done', title: t('invitations.withdrawn', { email }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('invitations.withdraw')}
        </Button>
      )}
    </ConfirmAct>
  )
}
