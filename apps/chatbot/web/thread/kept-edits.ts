import { useSyncExternalStore } from 'react'

/** A question in its new words, until the server has taken it. */
export type KeptEdit = {
  text: string
  files: readonly File[]
  /** Why it was not taken. */
  problem?: unknown
}

// The question is not on the page while its new version is sent: what was written waits here.
const kept = new Map<string, KeptEdit>()
const listeners = new Set<() => void>()

export function keepEdit(questionId: string, edit: KeptEdit | undefined): void {
  if (edit === undefined) kept.delete(questionId)
  else kept.set(questionId, edit)
  for (const listener of listeners) listener()
}

export function useKeptEdit(questionId: string): KeptEdit | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => kept.get(questionId),
  )
}
