import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useJobsTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/jobs', label: t('jobs.tab') },
    { to: '/operations/jobs/dead', label: t('dead.title') },
    { to: '/operations/jobs/schedules', label: t('schedules.title') },
    { to: '/operations/jobs/throughput', label: t('workers.title') },
  ]
}
