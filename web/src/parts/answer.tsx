import type { ReactNode } from 'react'
import { ErrorState } from './error-state.tsx'
import { LoadingState } from './loading-state.tsx'

/** Loading, failed or there: the states every screen has. */
export function Answer<T>({
  of: query,
  lines = 8,
  children,
}: {
  of: {
    data: T | undefined
    isError: boolean
    error: unknown
    refetch: () => unknown
  }
  lines?: number
  children: (data: T) => ReactNode
}) {
  // What was read before stays in sight while it is read again.
  if (query.data !== undefined) return children(query.data)
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />
  return <LoadingState lines={lines} height={32} />
}
