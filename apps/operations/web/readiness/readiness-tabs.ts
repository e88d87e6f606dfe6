import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useReadinessTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/readiness', label: t('readiness.newest') },
    { to: '/operations/readiness/history', label: t('readiness.history') },
  ]
}
