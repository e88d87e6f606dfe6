import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useRemoteTabs(): Tab[] {
  const t = useMessages('mcp-console')
  return [
    { to: '/mcp-console/remote-servers', label: t('remote.servers') },
    { to: '/mcp-console/remote-servers/hosts', label: t('remote.hosts') },
  ]
}
