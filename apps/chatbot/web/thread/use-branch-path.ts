import { useMemo } from 'react'
import type { OpenConversation } from '../shapes.ts'
import { useChoices } from './branch-choices.ts'
import { branchPath, type Step } from './branch-path.ts'

/** The branch of a conversation that is shown. */
export function useBranchPath({ id, messages }: OpenConversation): Step[] {
  const choices = useChoices(id)
  return useMemo(() => branchPath(messages, choices), [messages, choices])
}
