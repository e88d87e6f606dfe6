import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'
import { useSession } from '@minato/web/session'

export function useGatewayTabs(): Tab[] {
  const t = useMessages('mcp-console')
  const { can } = useSession()
  return [
    { to: '/mcp-console/gateway', label: t('gateway.profiles') },
    { to: '/mcp-console/gateway/held', label: t('gateway.held') },
    ...(can('mcp-console.operate')
      ? [{ to: '/mcp-console/gateway/calls', label: t('gateway.calls') }]
      : []),
  ]
}
