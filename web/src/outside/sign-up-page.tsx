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

export default function SignUpPage() {
  const t = useMessages('outside')
  const token = tokenOf(location.hash)
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () =>
      api.get<{ email: string; role: string }>('/api/auth/invitations/accept', {
        query: { token },
        ownUnauthorized: true,
      }),
    enabled: token !== '',
    staleTime: Number.POSITIVE_INFINITY,
  })
  async function join({ name, password }: Record<string, string>) {
    const body = { token, name, password, locale: currentLocale() }
    await api.post('/api/auth/sign-up', body, { ownUnauthorized: true })
    location.assign('/')
    return staySo()
  }
  if (token === '')
    return (
      <OutsidePage title={t('linkMissing')} intro={t('linkMissingDetail')}>
        <SignInLink />
      </OutsidePage>
    )
  if (invitation.isError)
    return (
      <>
        <ErrorState error={invitation.error} onRetry={() => invitation.refetch()} />
        <SignInLink />
      </>
    )
  if (invitation.isPending)
    return (
      <OutsidePage title={t('signUp.title')}>
        <LoadingState lines={4} height={32} />
      </OutsidePage>
    )
  const { email } = invitation.data
  return (
    <OutsidePage title={t('signUp.title')} intro={t('signUp.intro', { email })}>
      <Form onSubmit={join}>
        <AccountFields email={email} />
        <FormActions full>
          <SubmitAction>{t('signUp.act')}</SubmitAction>
        </FormActions>
      </Form>
    </OutsidePage>
  )
}
