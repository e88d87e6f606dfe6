import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react'

const SearchDialog = lazy(() => import('./search-dialog.tsx'))

// Loaded with the first use: most visits never search.
let wanted = 0
const listeners = new Set<() => void>()

export function openSearch(): void {
  wanted += 1
  for (const listener of listeners) listener()
}

/** Ctrl K or ⌘K anywhere opens the search. */
export function Search() {
  const asked = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => wanted,
  )
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.isComposing || event.key.toLowerCase() !== 'k') return
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      openSearch()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  if (asked === 0) return null
  return (
    <Suspense>
      <SearchDialog asked={asked} />
    </Suspense>
  )
}
