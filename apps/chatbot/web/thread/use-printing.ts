import { useSyncExternalStore } from 'react'

let printing = false
const listeners = new Set<() => void>()

function change(next: boolean): void {
  printing = next
  for (const listener of listeners) listener()
}

addEventListener('beforeprint', () => change(true))
addEventListener('afterprint', () => change(false))

/** True while the page is made ready for paper: then everything is drawn. */
export function usePrinting(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => printing,
  )
}
