import { useMessages } from '@minato/web/messages'
import { useSession } from '@minato/web/session'
import type { Tab } from '../operations-page.tsx'

export function useUsersTabs(): Tab[] {
  const t = useMessages('operations')
  const { can } = useSession()
  const users = { to: '/operations/users', label: t('users.title') }
  if (!can('users.invite')) return [users]
  return [users, { to: '/operations/users/invitations', label: t('invitations.title') }]
}
