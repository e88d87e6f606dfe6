import { useMessages } from '@minato/web/messages'
import type { Role } from '../shapes.ts'

export const ROLES: readonly Role[] = ['user', 'operator', 'admin']

export function useRoleNames(): Record<Role, string> {
  const t = useMessages('operations')
  return { user: t('role.user'), operator: t('role.operator'), admin: t('role.admin') }
}
