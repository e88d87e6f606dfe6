import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useMailTabs(): Tab[] {
  const t = useMessages('operations')
  return [
    { to: '/operations/mail', label: t('outbox.title') },
    { to: '/operations/mail/stopped', label: t('stopped.title') },
    { to: '/operations/mail/sandbox', label: t('mailbox.title') },
  ]
}
