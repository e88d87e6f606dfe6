import { RouterProvider } from '@tanstack/react-router'
import { ApiError, watchApi } from '../api.ts'
import { currentLocale, rememberLocale } from '../locale.ts'
import { addMessages, loadMessages } from '../messages.ts'
import { draw } from '../root.tsx'
import { queryClient, sessionQuery, shellQuery } from '../session.ts'
import { apps } from './apps.ts'
import { makeRouter } from './router.tsx'
import { askStepUp } from './step-up.ts'
import { Unreachable } from './unreachable.tsx'

addMessages('shell', {
  ja: () => import('../messages/ja/shell.ts'),
  en: () => import('../messages/en/shell.ts'),
})
addMessages('account', {
  ja: () => import('../messages/ja/account.ts'),
  en: () => import('../messages/en/account.ts'),
})
for (const app of apps) if (app.messages !== undefined) addMessages(app.name, app.messages)

export async function start(): Promise<void> {
  try {
    const [session] = await Promise.all([
      queryClient.fetchQuery(sessionQuery),
      queryClient.fetchQuery(shellQuery),
      loadMessages(currentLocale()),
    ])
    await loadMessages(session.user.locale)
    rememberLocale(session.user.locale)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return leave()
    await loadMessages(currentLocale())
    return draw(<Unreachable error={error} />)
  }
  watchApi({ signedOut: () => leave('expired'), stepUp: askStepUp })
  draw(<RouterProvider router={makeRouter()} />)
}

/** To the sign-in page and, afterwards, back to where this was. */
function leave(reason?: 'expired'): void {
  watchApi({})
  const next = location.pathname + location.search + location.hash
  const query = new URLSearchParams({
    ...(next === '/' ? {} : { next }),
    ...(reason === undefined ? {} : { reason }),
  })
  location.replace(`/sign-in${query.size > 0 ? `?${query}` : ''}`)
}
