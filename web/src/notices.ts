import { useSyncExternalStore } from 'react'

/** A short word after an act: 「保存しました」. */
export type Toast = {
  tone: 'done' | 'info' | 'error'
  title: string
  detail?: string
  /** Undo, where the system can. */
  undo?: { label: string; run: () => unknown }
}

export type KeptToast = Toast & { id: number }

let next = 1
let kept: readonly KeptToast[] = []
const listeners = new Set<() => void>()

function publish(toasts: readonly KeptToast[]): void {
  kept = toasts
  for (const listener of listeners) listener()
}

/**
 * Says a short word at the corner of the screen. Errors stay until they are closed; what a
 * person must not miss belongs on the page (`ErrorState`), not here.
 *
 * @example
 * notify({ tone: 'done', title: t('saved'), undo: { label: t('undo'), run: restore } })
 */
export function notify(toast: Toast): void {
  const id = next++
  publish([...kept.slice(-3), { ...toast, id }])
}

export function dismiss(id: number): void {
  publish(kept.filter((toast) => toast.id !== id))
}

export function useToasts(): readonly KeptToast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => kept,
  )
}
