import { Navigate, Outlet, useRouter, useRouterState } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMessages } from '../messages.ts'
import { useSession } from '../session.ts'
import classes from './layout.module.css'
import { OfflineNote } from './offline-note.tsx'
import { Rail } from './rail.tsx'
import { Search } from './search.tsx'
import { StepUpDialog } from './step-up-dialog.tsx'
import { TopBar } from './top-bar.tsx'

export function Layout() {
  const t = useMessages('shell')
  const main = useRef<HTMLElement>(null)
  const router = useRouter()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const { user } = useSession()
  const mustSecure = user.twoFactorRequired && !user.twoFactorEnabled
  // A screen reader starts at the new page, not at the link that led there.
  useEffect(
    () =>
      router.subscribe('onResolved', ({ pathChanged, fromLocation }) => {
        if (pathChanged && fromLocation !== undefined && !main.current?.contains(typingIn()))
          main.current?.focus({ preventScroll: true })
      }),
    [router],
  )
  return (
    <div className={classes.shell}>
      <a className={classes.skip} href="#main">
        {t('skip')}
      </a>
      <TopBar />
      <OfflineNote />
      <Rail />
      <main className={classes.main} id="main" ref={main} tabIndex={-1} data-quiet-focus>
        {mustSecure && path !== '/profile/security' ? (
          <Navigate to="/profile/security" replace />
        ) : (
          <Outlet />
        )}
      </main>
      <Search />
      <StepUpDialog />
    </div>
  )
}

/** The field a page has focused by itself is left alone. */
function typingIn(): Element | null {
  const element = document.activeElement
  return element?.matches('input, textarea, [contenteditable]') ? element : null
}
