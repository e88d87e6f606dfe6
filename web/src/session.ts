import { QueryClient, useQuery } from '@tanstack/react-query'
import { ApiError, api } from './api.ts'
import type { Locale } from './locale.ts'

export type SessionUser = {
  id: string
  email: string
  name: string
  roles: string[]
  permissions: string[]
  locale: Locale
  timeZone: string
  twoFactorEnabled: boolean
  /** The role asks for it: until it is on, nothing else opens. */
  twoFactorRequired: boolean
  emailVerified: boolean
}

export type Session = {
  user: SessionUser
  session: {
    id: string
    createdAt: string
    expiresAt: string
    idleExpiresAt: string
    steppedUpUntil: string | null
  } | null
  csrfToken: string | null
}

/** One for the page; a read is repeated when that may help, a write never by itself. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && worthRepeating(error),
      retryDelay: (failures, error) =>
        (error instanceof ApiError ? error.retryAfterMs : undefined) ?? 500 * 2 ** failures,
    },
    mutations: { retry: false },
  },
})

/** Unreachable, overloaded or asked to wait a little: yes. Refused: no. */
function worthRepeating(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false
  if ((error.retryAfterMs ?? 0) > 5_000) return false
  return [0, 429, 502, 503, 504].includes(error.status)
}

export const sessionQuery = {
  queryKey: ['session'],
  queryFn: () => api.get<Session>('/api/auth/session', { ownUnauthorized: true }),
  staleTime: 60_000,
} as const

/**
 * Who is signed in. On a page of the signed-in part it is always there.
 *
 * @example
 * const { user, can } = useSession()
 * if (can('users.invite')) …
 */
export function useSession(): Session & { can: (permission: string) => boolean } {
  const { data } = useQuery(sessionQuery, queryClient)
  if (data === undefined) throw new Error('useSession is for pages behind the sign-in')
  return { ...data, can: (permission) => mayUse(data.user, permission) }
}

export function mayUse(user: SessionUser, permission: string | undefined): boolean {
  return permission === undefined || user.permissions.includes(permission)
}

export type ShellInfo = {
  environment: string
  version: string
  sandboxes: string[]
  setupNeeded: boolean
  apps: {
    name: string
    title: Record<Locale, string>
    description: Record<Locale, string>
    permissions: string[]
  }[]
}

export const shellQuery = {
  queryKey: ['shell'],
  queryFn: () => api.get<ShellInfo>('/api/shell', { ownUnauthorized: true }),
  staleTime: 60_000,
} as const
