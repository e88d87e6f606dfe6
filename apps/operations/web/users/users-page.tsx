import { Answer } from '@minato/web/answer'
import { Badge } from '@minato/web/badge'
import { DataTable, useFilters } from '@minato/web/data-table'
import { EmptyState } from '@minato/web/empty-state'
import { useMessages } from '@minato/web/messages'
import { Time } from '@minato/web/time'
import { IconUsers } from '@tabler/icons-react'
import { OperationsPage } from '../operations-page.tsx'
import { useList } from '../queries.ts'
import type { User } from '../shapes.ts'
import { InviteAction } from './invite-dialog.tsx'
import { ROLES, useRoleNames } from './roles.ts'
import { useUsersTabs } from './users-tabs.ts'

export function UsersPage() {
  const t = useMessages('operations')
  const names = useRoleNames()
  const [{ query, role, status }] = useFilters()
  const users = useList<User>('/users', { query, role, status })
  return (
    <OperationsPage
      title={t('users.title')}
      intro={t('users.intro')}
      tabs={useUsersTabs()}
      actions={<InviteAction />}
    >
      <Answer of={users}>
        {() => (
          <DataTable
            label={t('users.title')}
            rows={users.rows}
            rowKey={(user) => user.id}
            rowLink={(user) => `/operations/users/${user.id}`}
            more={users.more}
            empty={
              <EmptyState icon={IconUsers} title={t('users.empty')} action={<InviteAction />} />
            }
            filters={[
              { key: 'query', label: t('users.query') },
              {
                key: 'role',
                label: t('users.role'),
                choices: ROLES.map((value) => ({ value, label: names[value] })),
              },
              {
                key: 'status',
                label: t('users.status'),
                choices: [
                  { value: 'active', label: t('users.active') },
                  { value: 'disabled', label: t('users.disabled') },
                ],
              },
            ]}
            columns={columns(t, names)}
          />
        )}
      </Answer>
    </OperationsPage>
  )
}

type Texts = ReturnType<typeof useMessages<'operations'>>

const columns = (t: Texts, names: ReturnType<typeof useRoleNames>) => [
  { key: 'name', header: t('users.name'), primary: true, cell: (user: User) => user.name },
  { key: 'email', header: t('users.email'), cell: (user: User) => user.email },
  {
    key: 'roles',
    header: t('users.role'),
    cell: (user: User) => user.roles.map((role) => names[role]).join(t('comma')),
  },
  {
    key: 'status',
    header: t('users.status'),
    cell: (user: User) => <UserStatus user={user} />,
  },
  {
    key: 'twoFactor',
    header: t('users.twoFactor'),
    cell: (user: User) => (user.twoFactorEnabled ? t('on') : '—'),
  },
  {
    key: 'lastSignInAt',
    header: t('users.lastSignIn'),
    cell: (user: User) =>
      user.lastSignInAt === null ? t('never') : <Time at={user.lastSignInAt} as="relative" />,
  },
]

export function UserStatus({ user }: { user: User }) {
  const t = useMessages('operations')
  if (user.status === 'disabled') return <Badge tone="bad">{t('users.disabled')}</Badge>
  if (!user.emailVerified) return <Badge tone="warn">{t('users.unverified')}</Badge>
  return <Badge tone="good">{t('users.active')}</Badge>
}
