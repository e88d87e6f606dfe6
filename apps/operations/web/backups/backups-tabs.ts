import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useBackupsTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/backups', label: t('backups.tab') },
    { to: '/operations/backups/drills', label: t('drills.title') },
  ]
}
