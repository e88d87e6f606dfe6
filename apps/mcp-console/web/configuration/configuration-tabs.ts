import { useMessages } from '@minato/web/messages'
import type { Tab } from '@minato/web/sections-page'

export function useConfigurationTabs(): Tab[] {
  const t = useMessages('mcp-console')
  return [
    { to: '/mcp-console/configuration', label: t('configuration.current') },
    { to: '/mcp-console/configuration/versions', label: t('configuration.versions') },
  ]
}
