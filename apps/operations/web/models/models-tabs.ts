import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useModelsTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/llm', label: t('usage.title') },
    { to: '/operations/llm/lanes', label: t('lanes.title') },
    { to: '/operations/llm/limits', label: t('limits.title') },
    { to: '/operations/llm/prompts', label: t('prompts.title') },
    { to: '/operations/llm/calls', label: t('calls.title') },
  ]
}
