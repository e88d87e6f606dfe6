import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import { currentLocale } from '../locale.ts'
import { useMessages } from '../messages.ts'
import { ErrorState } from '../parts/error-state.tsx'
import { Form, FormActions, SubmitAction } from '../parts/form.tsx'
import { LoadingState } from '../parts/loading-state.tsx'
import { AccountFields } from './account-fields.tsx'
import { OutsidePage, SignInLink } from './frame.tsx'
import { tokenOf } from './paths.ts'
import { staySo } from './sign-in-page.tsx'

export default function SetupPage() {
  const t = useMessages('outside')
  const token = tokenOf(location.hash)
  const check = useQuery({
    queryKey: ['setup', token],
    queryFn: () =>
      api.get<{ valid: boolean }>('/api/auth/setup', { query: { token }, ownUnauthorized: true }),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  async function create({ email, name, password }: Record<string, string>) {
    const body = { token, email, name, password, locale: currentLocale() }
    await api.post('/api/auth/setup', body, { ownUnauthorized: true })
    location.assign('/')
    return staySo()
  }
  if (token === '')
    return (
      <OutsidePage title={t('setup.noToken')} intro={t('setup.noTokenDetail')}>
        <SignInLink />
      </OutsidePage>
    )
  if (check.isError) return <ErrorState error={check.error} onRetry={() => check.refetch()} />
  if (check.isPending)
    return (
      <OutsidePage title={t('setup.title')}>
        <LoadingState lines={4} height={32} />
      </OutsidePage>
    )
  if (!check.data.valid)
    return (
      <OutsidePage title={t('setup.invalid')} intro={t('setup.invalidDetail')}>
        <SignInLink />
      </OutsidePage>
    )
  return (
    <OutsidePage title={t('setup.title')} intro={t('setup.intro')}>
      <Form onSubmit={create}>
        <AccountFields />
        <FormActions full>
          <SubmitAction>{t('setup.act')}</SubmitAction>
        </FormActions>
      </Form>
    </OutsidePage>
  )
}
