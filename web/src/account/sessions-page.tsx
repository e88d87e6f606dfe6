import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function SessionsPage() {
  const t = useMessages('account')
  return <Page title={t('sessions.title')}>{null}</Page>
}
