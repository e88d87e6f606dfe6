import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function ProfilePage() {
  const t = useMessages('account')
  return <Page title={t('profile.title')}>{null}</Page>
}
