import { Link } from '@tanstack/react-router'
import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function NotFoundPage() {
  const t = useMessages('parts')
  return (
    <Page title={t('error.notFoundTitle')} intro={t('error.notFoundDetail')} width="narrow">
      <Link to="/">{t('error.home')}</Link>
    </Page>
  )
}

export function ForbiddenPage() {
  const t = useMessages('parts')
  return (
    <Page title={t('error.forbiddenTitle')} intro={t('error.forbiddenDetail')} width="narrow">
      <Link to="/">{t('error.home')}</Link>
    </Page>
  )
}
