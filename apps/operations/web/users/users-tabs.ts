import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'
import { useSession } from '@minato/web/session'

export function useUsersTabs(): Tab[] {
  const t = useMessages('operations')
  const { can } = useSession()
  const users = { to: '/operations/users', label: t('users.title') }
  if (!can('users.invite')) return [users]
  return [users, { to: '/operations/users/invitations', label: t('invitations.title') }]
}
