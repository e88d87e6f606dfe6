import { Button } from '@mantine/core'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { refresh } from '../queries.ts'
import type { User } from '../shapes.ts'

const acts = ['disable', 'enable', 'unlock', 'revoke-sessions', 'reset-two-factor'] as const
type Act = (typeof acts)[number]

function fits(act: Act, user: User): boolean {
  if (act === 'disable') return user.status === 'active'
  if (act === 'enable') return user.status === 'disabled'
  return act !== 'reset-two-factor' || user.twoFactorEnabled
}

/** What an operator may do to an account; each asks once and names the person. */
export function UserActs({ user }: { user: User }) {
  const t = useMessages('operations')
  const { name } = user
  return (
    <div className={classes.row}>
      {acts
        .filter((act) => fits(act, user))
        .map((act) => (
          <ConfirmAct
            key={act}
            title={t(`userActs.${act}.title`, { name })}
            detail={t(`userActs.${act}.detail`)}
            act={t(`userActs.${act}.act`)}
            onConfirm={async () => {
              await api.post(`/api/operations/users/${user.id}/${act}`)
              await refresh()
              notify({ tone: 'done', title: t(`userActs.${act}.done`, { name }) })
            }}
          >
            {(ask) => <Button onClick={ask}>{t(`userActs.${act}.act`)}</Button>}
          </ConfirmAct>
        ))}
    </div>
  )
}
