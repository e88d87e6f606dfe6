import { useSession } from '@minato/web/session'
import { Navigate } from '@tanstack/react-router'
import { sections } from './sections.ts'

/** The first part this person may see. */
export function OverviewPage() {
  const { can } = useSession()
  const first = sections.find(({ permission }) => can(permission))
  return first === undefined ? null : <Navigate to={first.to} replace />
}
