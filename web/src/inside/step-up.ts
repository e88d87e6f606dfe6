import { useSyncExternalStore } from 'react'

// Several requests may be refused at once: one dialog answers for all of them.
let waiting: { promise: Promise<boolean>; settle: (done: boolean) => void } | undefined
const listeners = new Set<() => void>()

/** Opens the dialog that asks who is there; true once the server has believed it. */
export function askStepUp(): Promise<boolean> {
  if (waiting === undefined) {
    const { promise, resolve } = Promise.withResolvers<boolean>()
    waiting = { promise, settle: resolve }
    for (const listener of listeners) listener()
  }
  return waiting.promise
}

export function settleStepUp(done: boolean): void {
  waiting?.settle(done)
  waiting = undefined
  for (const listener of listeners) listener()
}

export function useStepUpAsked(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => waiting !== undefined,
  )
}
