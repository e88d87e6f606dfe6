import { Button } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { TextField } from '@minato/web/form'
import { FormDialog } from '@minato/web/form-dialog'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconMailOff } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import type { Suppression } from '../shapes.ts'
import { useMailTabs } from './mail-tabs.ts'

export function StoppedPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const list = useList<Suppression>('/mail/suppressions')
  return (
    <OperationsPage
      title={t('mail.title')}
      intro={t('stopped.intro')}
      tabs={useMailTabs()}
      actions={can('operations.manage') ? <StopAction /> : undefined}
    >
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('stopped.title')}
            rows={list.rows}
            rowKey={(row) => row.address}
            more={list.more}
            empty={
              <EmptyState
                icon={IconMailOff}
                title={t('stopped.empty')}
                detail={t('stopped.emptyDetail')}
              />
            }
            columns={[
              {
                key: 'address',
                header: t('users.email'),
                primary: true,
                cell: (row) => row.address,
              },
              {
                key: 'reason',
                header: t('outbox.reason'),
                cell: (row) => t(`stopped.${row.reason}`),
              },
              {
                key: 'createdAt',
                header: t('stopped.since'),
                cell: (row) => <Time at={row.createdAt} as="date" />,
              },
              {
                key: 'act',
                header: '',
                align: 'right',
                cell: (row) => (can('operations.manage') ? <Allow address={row.address} /> : null),
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

function StopAction() {
  const t = useMessages('operations')
  async function stop({ address }: Record<string, string>) {
    await api.post('/api/operations/mail/suppressions', { address })
    await refresh()
    notify({ tone: 'done', title: t('stopped.added', { address: address ?? '' }) })
  }
  return (
    <FormDialog
      opener={(open) => <Button onClick={open}>{t('stopped.add')}</Button>}
      title={t('stopped.add')}
      submit={t('stopped.act')}
      onSubmit={stop}
    >
      <TextField
        name="address"
        type="email"
        label={t('users.email')}
        description={t('stopped.help')}
        required
        data-autofocus
      />
    </FormDialog>
  )
}

function Allow({ address }: { address: string }) {
  const t = useMessages('operations')
  return (
    <ConfirmAct
      title={t('stopped.allowTitle', { address })}
      detail={t('stopped.allowDetail')}
      act={t('stopped.allow')}
      onConfirm={async () => {
        await api.delete(`/api/operations/mail/suppressions/${encodeURIComponent(address)}`)
        await refresh()
        notify({ tone: 'done', title: t('stopped.allowed', { address }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('stopped.allow')}
        </Button>
      )}
    </ConfirmAct>
  )
}
