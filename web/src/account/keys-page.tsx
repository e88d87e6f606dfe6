import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function KeysPage() {
  const t = useMessages('account')
  return <Page title={t('keys.title')}>{null}</Page>
}
