import { useCallback, useSyncExternalStore } from 'react'

/** Which child is shown below a message ('root' above the first question), where a person chose. */
export type Choices = ReadonlyMap<string, string>

const none: Choices = new Map()
const chosen = new Map<string, Choices>()
const listeners = new Set<() => void>()

export function chooseBranch(conversationId: string, parent: string, child: string): void {
  chosen.set(conversationId, new Map(chosen.get(conversationId)).set(parent, child))
  for (const listener of listeners) listener()
}

/** Back to the branch that was written last. */
export function showNewest(conversationId: string): void {
  if (!chosen.delete(conversationId)) return
  for (const listener of listeners) listener()
}

export function useChoices(conversationId: string): Choices {
  const read = useCallback(() => chosen.get(conversationId) ?? none, [conversationId])
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, read)
}
