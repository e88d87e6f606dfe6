import type { Message } from '../shapes.ts'
import type { Choices } from './branch-choices.ts'

export const ROOT = 'root'

/** A message of the branch that is shown, with its siblings in the order of their making. */
export type Step = { message: Message; siblings: readonly string[] }

/**
 * The branch that is shown: from the first question down, at each fork the chosen child, else the
 * one whose branch was written last. Messages come in the order of their making.
 */
export function branchPath(messages: readonly Message[], choices: Choices): Step[] {
  const children = Map.groupBy(messages, (message) => message.parentId ?? ROOT)
  const newest = newestInBranch(messages)
  const path: Step[] = []
  for (let parent = ROOT; ; ) {
    const siblings = children.get(parent)
    if (siblings === undefined) return path
    const choice = choices.get(parent)
    const message =
      siblings.find(({ id }) => id === choice) ??
      siblings.reduce((a, b) => ((newest.get(b.id) ?? 0) > (newest.get(a.id) ?? 0) ? b : a))
    path.push({ message, siblings: siblings.map(({ id }) => id) })
    parent = message.id
  }
}

/** For each message the place of the newest message below it, or its own. */
function newestInBranch(messages: readonly Message[]): Map<string, number> {
  const newest = new Map<string, number>()
  // A child is made after its parent, so going backwards meets every child first.
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at]
    if (message === undefined) continue
    const own = newest.get(message.id) ?? at
    newest.set(message.id, own)
    if (message.parentId === null) continue
    newest.set(message.parentId, Math.max(newest.get(message.parentId) ?? 0, own))
  }
  return newest
}
