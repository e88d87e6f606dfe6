import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { Form, FormActions, SubmitAction, TextField } from '../parts/form.tsx'
import { OutsidePage, SignInLink } from './frame.tsx'

export default function ForgotPasswordPage() {
  const t = useMessages('outside')
  const [sentTo, setSentTo] = useState<string>()
  if (sentTo !== undefined)
    return (
      <OutsidePage title={t('forgot.sentTitle')} intro={t('forgot.sent', { email: sentTo })}>
        <SignInLink />
      </OutsidePage>
    )
  return (
    <OutsidePage title={t('forgot.title')} intro={t('forgot.intro')}>
      <Form
        onSubmit={async ({ email = '' }) => {
          await api.post('/api/auth/password/forgot', { email }, { ownUnauthorized: true })
          setSentTo(email)
        }}
      >
        <TextField
          name="email"
          type="email"
          label={t('email')}
          autoComplete="username"
          required
          autoFocus
        />
        <FormActions full>
          <SubmitAction>{t('forgot.act')}</SubmitAction>
        </FormActions>
      </Form>
      <SignInLink />
    </OutsidePage>
  )
}
