import { useEffect, useSyncExternalStore } from 'react'

export type Crumb = { label: string; to?: string }

let trail: readonly Crumb[] = []
const listeners = new Set<() => void>()

/** Says where the reader is: in the top bar and in the title of the tab. */
export function useHere(crumbs: readonly Crumb[]): void {
  const id = JSON.stringify(crumbs)
  useEffect(() => {
    trail = JSON.parse(id) as Crumb[]
    document.title = [...trail.map(({ label }) => label).reverse(), 'Minato'].join(' · ')
    for (const listener of listeners) listener()
  }, [id])
}

export function useTrail(): readonly Crumb[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => trail,
  )
}
