import { Navigate } from '@tanstack/react-router'

/** The catalog is where one begins. */
export function OverviewPage() {
  return <Navigate to="/mcp-console/catalog" replace />
}
