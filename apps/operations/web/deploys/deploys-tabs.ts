import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useDeploysTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/deploys', label: t('deploys.tab') },
    { to: '/operations/deploys/processes', label: t('deploys.processes') },
  ]
}
