import { api } from '../api.ts'
import type { Locale } from '../locale.ts'
import { changeLocale } from '../messages.ts'
import { queryClient, type Session, sessionQuery } from '../session.ts'

/** Shows the language at once and keeps it in the profile, so that other devices know it. */
export async function chooseLocale(locale: Locale): Promise<void> {
  await changeLocale(locale)
  queryClient.setQueryData(sessionQuery.queryKey, (old: Session | undefined) =>
    old === undefined ? old : { ...old, user: { ...old.user, locale } },
  )
  await api.patch('/api/auth/profile', { locale })
}

/** A load of the page, so that nothing of this session stays in memory. */
export async function signOut(): Promise<void> {
  await api.post('/api/auth/sign-out', undefined, { ownUnauthorized: true })
  location.assign('/sign-in?reason=signed-out')
}
