import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { type ReactNode, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { CrashBoundary } from './parts/crash-boundary.tsx'
import { Toasts } from './parts/toasts.tsx'
import { queryClient } from './session.ts'
import { theme } from './theme.ts'

/** The nonce of this answer, from a script tag: the attribute is hidden from selectors. */
const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? ''

// react-style-singleton (the scroll lock under dialogs) reads it from here.
Object.assign(globalThis, { __webpack_nonce__: nonce })

const colours = localStorageColorSchemeManager({ key: 'minato-colours' })

/** Draws a page with all that every page has. */
export function draw(page: ReactNode): void {
  const element = document.getElementById('root')
  if (element === null) throw new Error('index.html has no #root')
  createRoot(element).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colours}
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queryClient}>
          <CrashBoundary>{page}</CrashBoundary>
          <Toasts />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}
