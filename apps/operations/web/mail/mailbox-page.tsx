import { Button } from '@mantine/core'
import { api } from '@minato/web/api'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { IconInbox } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useList } from '../queries.ts'
import { SandboxAnswer } from '../sandbox/sandbox-answer.tsx'
import type { SandboxMail } from '../shapes.ts'
import { MailReader } from './mail-reader.tsx'
import { useMailTabs } from './mail-tabs.ts'
import classes from './mailbox-page.module.css'

const EVERY_MS = 5_000

/** What would have reached people, had the sandbox not caught it. */
export function MailboxPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const [{ query, mail }, setFilters] = useFilters()
  const list = useList<SandboxMail>('/sandbox/mail', { query }, EVERY_MS)
  const any = list.rows.length > 0
  return (
    <OperationsPage
      title={t('mail.title')}
      intro={t('mailbox.intro')}
      tabs={useMailTabs()}
      actions={any && can('operations.manage') ? <Clear count={list.rows.length} /> : undefined}
    >
      <SandboxAnswer of={list}>
        {() => (
          <div className={classes.panes} {...(mail === undefined ? {} : { 'data-reading': true })}>
            <DataTable
              label={t('mailbox.title')}
              rows={list.rows}
              rowKey={(row) => row.id}
              onOpen={(row) => setFilters({ mail: row.id })}
              empty={
                <EmptyState
                  icon={IconInbox}
                  title={t('mailbox.empty')}
                  detail={t('mailbox.emptyDetail')}
                />
              }
              filters={[{ key: 'query', label: t('mailbox.query') }]}
              columns={[
                {
                  key: 'subject',
                  header: t('mailbox.subject'),
                  primary: true,
                  cell: (row) => (
                    <>
                      {row.subject || t('mailbox.noSubject')}
                      <span className={classes.to}>{row.to}</span>
                    </>
                  ),
                },
                {
                  key: 'receivedAt',
                  header: t('mailbox.received'),
                  cell: (row) => <Time at={row.receivedAt} as="relative" />,
                },
              ]}
            />
            {mail !== undefined && <MailReader id={mail} />}
          </div>
        )}
      </SandboxAnswer>
    </OperationsPage>
  )
}

function Clear({ count }: { count: number }) {
  const t = useMessages('operations')
  const [, setFilters] = useFilters()
  return (
    <ConfirmAct
      title={t('mailbox.clearTitle', { count })}
      detail={t('mailbox.clearDetail')}
      act={t('mailbox.clear')}
      onConfirm={async () => {
        await api.delete('/api/operations/sandbox/mail')
        setFilters({ mail: undefined })
        await refresh()
        notify({ tone: 'done', title: t('mailbox.cleared') })
      }}
    >
      {(ask) => <Button onClick={ask}>{t('mailbox.clear')}</Button>}
    </ConfirmAct>
  )
}
