import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function SecurityPage() {
  const t = useMessages('account')
  return <Page title={t('security.title')}>{null}</Page>
}
