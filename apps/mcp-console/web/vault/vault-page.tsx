import { useMessages } from '@minato/web/messages'
import { ConsolePage } from '../console-page.tsx'
import { Bitwarden } from './bitwarden.tsx'
import { Items } from './items.tsx'

export function VaultPage() {
  const t = useMessages('mcp-console')
  return (
    <ConsolePage title={t('vault.title')} intro={t('vault.intro')}>
      <Items />
      <Bitwarden />
    </ConsolePage>
  )
}
