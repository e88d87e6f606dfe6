import { Answer } from '@minato/web/answer'
import classes from '@minato/web/blocks.module.css'
import { Facts } from '@minato/web/facts'
import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import { Time } from '@minato/web/time'
import { Link, useParams } from '@tanstack/react-router'
import { OperationsPage } from '../operations-page.tsx'
import { useAnswer } from '../queries.ts'
import type { WholeUser } from '../shapes.ts'
import { useRoleNames } from './roles.ts'
import { RolesForm } from './roles-form.tsx'
import { UserKeys, UserSessions } from './user-access.tsx'
import { UserActs } from './user-acts.tsx'
import { UserStatus } from './users-page.tsx'

export function UserPage() {
  const t = useMessages('operations')
  const { id } = useParams({ strict: false }) as { id: string }
  const user = useAnswer<WholeUser>(`/users/${id}`)
  return (
    <OperationsPage
      title={user.data?.name ?? t('users.one')}
      intro={user.data?.email ?? '\u00a0'}
      crumbs={[{ label: t('users.title'), to: '/operations/users' }]}
    >
      <Answer of={user}>{(data) => <Whole user={data} />}</Answer>
    </OperationsPage>
  )
}

function Whole({ user }: { user: WholeUser }) {
  const t = useMessages('operations')
  const names = useRoleNames()
  const { can } = useSession()
  const audit = (search: Record<string, string>) => ({ to: '/operations/audit', search }) as const
  return (
    <>
      <section className={classes.card}>
        <Facts
          of={[
            [t('users.status'), <UserStatus key="status" user={user} />],
            [t('users.role'), user.roles.map((role) => names[role]).join(t('comma'))],
            [t('users.twoFactor'), user.twoFactorEnabled ? t('on') : t('off')],
            [
              t('users.lastSignIn'),
              user.lastSignInAt === null ? t('never') : <Time key="at" at={user.lastSignInAt} />,
            ],
            [t('users.created'), <Time key="created" at={user.createdAt} as="date" />],
            [
              t('users.trail'),
              can('audit.view') && (
                <span key="trail" className={classes.row}>
                  <Link className={classes.touch ?? ''} {...audit({ actor: user.id })}>
                    {t('users.done')}
                  </Link>
                  <Link className={classes.touch ?? ''} {...audit({ target: `user:${user.id}` })}>
                    {t('users.doneTo')}
                  </Link>
                </span>
              ),
            ],
          ]}
        />
      </section>
      {can('users.manage') && (
        <>
          <section className={classes.section}>
            <h2>{t('users.rolesTitle')}</h2>
            <RolesForm key={user.roles.join()} user={user} />
          </section>
          <section className={classes.section}>
            <h2>{t('users.acts')}</h2>
            <UserActs user={user} />
          </section>
        </>
      )}
      <UserSessions user={user} />
      <UserKeys user={user} />
    </>
  )
}
