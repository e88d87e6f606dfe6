import { Checkbox } from '@mantine/core'
import { Answer } from '@minato/web/answer'
import { api } from '@minato/web/api'
import { ErrorNote } from '@minato/web/error-state'
import { useLocale } from '@minato/web/locale'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useSession } from '@minato/web/session'
import { Fragment, useId, useState } from 'react'
import { OperationsPage } from '../operations-page.tsx'
import { refresh, useAnswer } from '../queries.ts'
import type { List, Permission, Role } from '../shapes.ts'
import { ROLES, useRoleNames } from './roles.ts'
import classes from './roles-page.module.css'

export function RolesPage() {
  const t = useMessages('operations')
  const { can } = useSession()
  const roles = useAnswer<List<Permission>>('/roles')
  const intro = can('roles.manage') ? t('roles.intro') : t('roles.readOnly')
  return (
    <OperationsPage title={t('roles.title')} intro={intro}>
      <Answer of={roles}>{({ items }) => <Matrix permissions={items} />}</Answer>
    </OperationsPage>
  )
}

function Matrix({ permissions }: { permissions: Permission[] }) {
  const t = useMessages('operations')
  const names = useRoleNames()
  const [error, setError] = useState<unknown>()
  const apps = [...new Set(permissions.map(({ app }) => app))]
  return (
    <>
      {error !== undefined && <ErrorNote error={error} />}
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('roles.permission')}</th>
            {ROLES.map((role) => (
              <th key={role} scope="col">
                {names[role]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {apps.map((app) => (
            <Fragment key={app}>
              <tr>
                <th scope="rowgroup" colSpan={4} className={classes.app}>
                  {app === 'platform' ? t('roles.platform') : app}
                </th>
              </tr>
              {permissions
                .filter((permission) => permission.app === app)
                .map((permission) => (
                  <Row key={permission.name} permission={permission} onError={setError} />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </>
  )
}

function Row({
  permission,
  onError,
}: {
  permission: Permission
  onError: (error: unknown) => void
}) {
  const locale = useLocale()
  return (
    <tr>
      <th scope="row">
        {permission.title[locale]}
        <code>{permission.name}</code>
      </th>
      {ROLES.map((role) => (
        <td key={role} className={classes.mark}>
          <Mark permission={permission} role={role} onError={onError} />
        </td>
      ))}
    </tr>
  )
}

function Mark({
  permission: { name, title, defaults, effective },
  role,
  onError,
}: {
  permission: Permission
  role: Role
  onError: (error: unknown) => void
}) {
  const t = useMessages('operations')
  const locale = useLocale()
  const names = useRoleNames()
  const { can } = useSession()
  const [busy, setBusy] = useState(false)
  const id = useId()
  const label = t('roles.mark', { permission: title[locale], role: names[role] })
  async function change(granted: boolean) {
    setBusy(true)
    onError(undefined)
    try {
      // Back at what the app declares: no word of ours is needed any more.
      const value = granted === defaults[role] ? null : granted
      await api.put(`/api/operations/roles/${role}/permissions/${name}`, { granted: value })
      await refresh()
      notify({ tone: 'done', title: t(granted ? 'roles.given' : 'roles.taken', { label }) })
    } catch (error) {
      onError(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <label className={classes.box} htmlFor={id} data-touch>
        <Checkbox
          id={id}
          aria-label={label}
          checked={effective[role]}
          disabled={busy || role === 'admin' || !can('roles.manage')}
          onChange={(event) => void change(event.currentTarget.checked)}
        />
      </label>
      {effective[role] !== defaults[role] && (
        <span className={classes.changed}>{t('roles.changed')}</span>
      )}
    </>
  )
}
