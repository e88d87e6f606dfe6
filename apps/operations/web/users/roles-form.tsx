import { Button, Checkbox, Group } from '@mantine/core'
import { api } from '@minato/web/api'
import classes from '@minato/web/blocks.module.css'
import { ConfirmAct } from '@minato/web/confirm-act'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import type { Role, User } from '../shapes.ts'
import { ROLES, useRoleNames } from './roles.ts'

/** What a person is; only an administrator makes or unmakes administrators. */
export function RolesForm({ user }: { user: User }) {
  const t = useMessages('operations')
  const names = useRoleNames()
  const own = useSession().user
  const [roles, setRoles] = useState<string[]>(user.roles)
  const admin = own.roles.includes('admin')
  const locked = user.roles.includes('admin') && !admin
  const changed = ROLES.some((role) => roles.includes(role) !== user.roles.includes(role))
  const list = ROLES.filter((role) => roles.includes(role)).map((role) => names[role])
  return (
    <>
      <Checkbox.Group value={roles} onChange={setRoles} aria-label={t('users.rolesTitle')}>
        <Group gap="xl" mb="md">
          {ROLES.map((role: Role) => (
            <Checkbox
              classNames={{ label: classes.touch ?? '' }}
              key={role}
              value={role}
              label={names[role]}
              className={classes.touch ?? ''}
              wrapperProps={{ 'data-touch': true }}
              disabled={locked || (role === 'admin' && !admin)}
            />
          ))}
        </Group>
      </Checkbox.Group>
      {locked && <p className={classes.muted}>{t('users.adminOnly')}</p>}
      <ConfirmAct
        title={t('users.rolesConfirm', { name: user.name, roles: list.join(t('comma')) })}
        detail={t('users.rolesDetail')}
        act={t('users.rolesAct')}
        onConfirm={async () => {
          await api.patch(`/api/operations/users/${user.id}`, { roles })
          await refresh()
          notify({ tone: 'done', title: t('users.rolesDone', { name: user.name }) })
        }}
      >
        {(ask) => (
          <Button disabled={!changed || roles.length === 0} onClick={ask}>
            {t('users.rolesAct')}
          </Button>
        )}
      </ConfirmAct>
    </>
  )
}
