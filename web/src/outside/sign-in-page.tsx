import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { Form, FormActions, PasswordField, SubmitAction, TextField } from '../parts/form.tsx'
import { shellQuery } from '../session.ts'
import { Links, Note, OutsidePage } from './frame.tsx'
import { nextPage } from './paths.ts'

type SignInAnswer = { twoFactorRequired?: boolean }

export function SignInPage() {
  const t = useMessages('outside')
  const shell = useQuery(shellQuery)
  const reason = new URLSearchParams(location.search).get('reason')
  async function signIn({ email, password }: Record<string, string>) {
    const answer = await api.post<SignInAnswer>(
      '/api/auth/sign-in',
      { email, password },
      { ownUnauthorized: true },
    )
    if (answer.twoFactorRequired) location.assign(`/sign-in/two-factor${location.search}`)
    else location.assign(nextPage(location.search, location.origin))
    return staySo()
  }
  return (
    <OutsidePage title={t('signIn.title')}>
      {reason === 'expired' && <Note>{t('signIn.expired')}</Note>}
      {reason === 'signed-out' && <Note>{t('signIn.signedOut')}</Note>}
      {shell.data?.setupNeeded && (
        <Note>
          {t('signIn.setupNeeded')}
          <br />
          {t('signIn.setupHint')}
        </Note>
      )}
      <Form onSubmit={signIn}>
        <TextField
          name="email"
          type="email"
          label={t('email')}
          autoComplete="username"
          required
          autoFocus
        />
        <PasswordField
          name="password"
          label={t('password')}
          autoComplete="current-password"
          required
        />
        <FormActions full>
          <SubmitAction>{t('signIn.act')}</SubmitAction>
        </FormActions>
      </Form>
      <Links>
        <a href="/forgot-password">{t('signIn.forgot')}</a>
      </Links>
    </OutsidePage>
  )
}

/** The button goes on turning until the next page is there. */
export function staySo(): Promise<void> {
  return new Promise((resolve) => {
    // Coming back with the back button shows the page as it was left (bfcache).
    addEventListener('pageshow', () => resolve(), { once: true })
  })
}
