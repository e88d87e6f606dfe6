import { lazy, Suspense } from 'react'
import { currentLocale } from '../locale.ts'
import { addMessages, loadMessages } from '../messages.ts'
import { draw } from '../root.tsx'
import { OutsideFrame } from './frame.tsx'
import { type OutsidePath, outsidePath } from './paths.ts'
import { SignInPage } from './sign-in-page.tsx'

addMessages('outside', {
  ja: () => import('../messages/ja/outside.ts'),
  en: () => import('../messages/en/outside.ts'),
})

const pages: Record<OutsidePath, React.ComponentType> = {
  '/sign-in': SignInPage,
  '/setup': lazy(() => import('./setup-page.tsx')),
  '/sign-in/two-factor': lazy(() => import('./two-factor-page.tsx')),
  '/forgot-password': lazy(() => import('./forgot-password-page.tsx')),
  '/reset-password': lazy(() => import('./reset-password-page.tsx')),
  '/sign-up': lazy(() => import('./sign-up-page.tsx')),
  '/verify-email': lazy(() => import('./verify-email-page.tsx')),
}

export async function start(): Promise<void> {
  await loadMessages(currentLocale())
  const Found = pages[outsidePath(location.pathname) ?? '/sign-in']
  draw(
    <OutsideFrame>
      <Suspense>
        <Found />
      </Suspense>
    </OutsideFrame>,
  )
}
