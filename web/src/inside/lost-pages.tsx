import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { useMessages } from '../messages.ts'
import { Page } from '../parts/page.tsx'

export function NotFoundPage() {
  const t = useMessages('parts')
  return (
    <Page title={t('error.notFoundTitle')} intro={t('error.notFoundDetail')} width="narrow">
      <Button renderRoot={(props) => <Link to="/" {...props} />}>{t('error.home')}</Button>
    </Page>
  )
}

export function ForbiddenPage() {
  const t = useMessages('parts')
  return (
    <Page title={t('error.forbiddenTitle')} intro={t('error.forbiddenDetail')} width="narrow">
      <Button renderRoot={(props) => <Link to="/" {...props} />}>{t('error.home')}</Button>
    </Page>
  )
}
