import { Button } from '@mantine/core'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { DataTable } from '@minato/web/data-table'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { refresh } from '../queries.ts'
import type { UserKey, WholeUser } from '../shapes.ts'

/** Where somebody is signed in. */
export function UserSessions({ user }: { user: WholeUser }) {
  const t = useMessages('operations')
  return (
    <section className={classes.section}>
      <h2>{t('users.sessions')}</h2>
      <DataTable
        label={t('users.sessions')}
        rows={user.sessions}
        rowKey={(row) => row.id}
        empty={<p className={classes.muted}>{t('users.noSessions')}</p>}
        columns={[
          {
            key: 'agent',
            header: t('users.device'),
            primary: true,
            cell: (row) => row.userAgent?.slice(0, 90) ?? '—',
          },
          { key: 'ip', header: t('audit.ip'), cell: (row) => row.ip ?? '—' },
          {
            key: 'active',
            header: t('users.lastActive'),
            cell: (row) => <Time at={row.lastActiveAt} as="relative" />,
          },
          {
            key: 'created',
            header: t('users.signedIn'),
            cell: (row) => <Time at={row.createdAt} />,
          },
        ]}
      />
    </section>
  )
}

/** What programs of theirs get in with. */
export function UserKeys({ user }: { user: WholeUser }) {
  const t = useMessages('operations')
  const { can } = useSession()
  return (
    <section className={classes.section}>
      <h2>{t('users.keys')}</h2>
      <DataTable
        label={t('users.keys')}
        rows={user.keys}
        rowKey={(row) => row.id}
        empty={<p className={classes.muted}>{t('users.noKeys')}</p>}
        columns={[
          {
            key: 'name',
            header: t('users.keyName'),
            primary: true,
            cell: (row) => row.name || row.prefix,
          },
          {
            key: 'prefix',
            header: t('users.keyPrefix'),
            cell: (row) => <code>{row.prefix}…</code>,
          },
          {
            key: 'used',
            header: t('users.keyUsed'),
            cell: (row) =>
              row.lastUsedAt === null ? t('never') : <Time at={row.lastUsedAt} as="relative" />,
          },
          {
            key: 'expires',
            header: t('users.keyExpires'),
            cell: (row) => <Time at={row.expiresAt} as="date" />,
          },
          {
            key: 'act',
            header: '',
            align: 'right',
            cell: (row) => (can('users.manage') ? <RevokeKey user={user} apiKey={row} /> : null),
          },
        ]}
      />
    </section>
  )
}

function RevokeKey({ user, apiKey }: { user: WholeUser; apiKey: UserKey }) {
  const t = useMessages('operations')
  const key = apiKey.name || apiKey.prefix
  return (
    <ConfirmAct
      title={t('users.keyRevokeTitle', { key, name: user.name })}
      detail={t('users.keyRevokeDetail')}
      act={t('users.keyRevoke')}
      onConfirm={async () => {
        await api.delete(`/api/operations/users/${user.id}/keys/${apiKey.id}`)
        await refresh()
        notify({ tone: 'done', title: t('users.keyRevoked', { key }) })
      }}
    >
      {(ask) => (
        <Button size="compact-sm" variant="subtle" onClick={ask}>
          {t('users.keyRevoke')}
        </Button>
      )}
    </ConfirmAct>
  )
}
