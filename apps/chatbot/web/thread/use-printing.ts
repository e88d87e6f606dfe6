import { useSyncExternalStore } from 'react'
import { flushSync } from 'react-dom'

let printing = false
const listeners = new Set<() => void>()

function change(next: boolean): void {
  printing = next
  for (const listener of listeners) listener()
}

// Paper does not wait: what is not drawn when this returns is not on it.
addEventListener('beforeprint', () => flushSync(() => change(true)))
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
