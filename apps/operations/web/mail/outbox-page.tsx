import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconMail } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { OutboxMail } from '../shapes.ts'
import { useMailTabs } from './mail-tabs.ts'

const states = ['queued', 'sending', 'sent', 'failed', 'suppressed'] as const
const tones = {
  queued: 'warn',
  sending: 'warn',
  sent: 'good',
  failed: 'bad',
  suppressed: 'plain',
} as const

export function OutboxPage() {
  const t = useMessages('operations')
  const [{ state, to }] = useFilters()
  const list = useList<OutboxMail>('/mail/outbox', { state, to }, 15_000)
  return (
    <OperationsPage title={t('mail.title')} intro={t('outbox.intro')} tabs={useMailTabs()}>
      <Answer of={list}>
        {() => (
          <DataTable
            label={t('outbox.title')}
            rows={list.rows}
            rowKey={(row) => row.id}
            more={list.more}
            empty={
              <EmptyState
                icon={IconMail}
                title={t('outbox.empty')}
                detail={t('outbox.emptyDetail')}
              />
            }
            filters={[
              { key: 'to', label: t('outbox.toFilter') },
              {
                key: 'state',
                label: t('users.status'),
                choices: states.map((value) => ({ value, label: t(`outbox.${value}`) })),
              },
            ]}
            columns={[
              { key: 'to', header: t('outbox.to'), primary: true, cell: (row) => row.to },
              {
                key: 'template',
                header: t('outbox.template'),
                cell: (row) => <code>{row.template}</code>,
              },
              {
                key: 'state',
                header: t('users.status'),
                cell: (row) => <Badge tone={tones[row.state]}>{t(`outbox.${row.state}`)}</Badge>,
              },
              {
                key: 'attempts',
                header: t('outbox.attempts'),
                align: 'right',
                cell: (row) => row.attempts,
              },
              {
                key: 'reason',
                header: t('outbox.reason'),
                cell: (row) => (row.reason === null ? '—' : <span data-raw>{row.reason}</span>),
              },
              {
                key: 'createdAt',
                header: t('outbox.written'),
                cell: (row) => <Time at={row.createdAt} as="relative" />,
              },
            ]}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}
