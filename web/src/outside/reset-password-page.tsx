import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { Form, FormActions, SubmitAction } from '../parts/form.tsx'
import { NewPasswordField } from './account-fields.tsx'
import { Links, OutsidePage, SignInLink } from './frame.tsx'
import { tokenOf } from './paths.ts'

export default function ResetPasswordPage() {
  const t = useMessages('outside')
  const [token] = useState(() => tokenOf(location.hash))
  const [done, setDone] = useState(false)
  if (token === '')
    return (
      <OutsidePage title={t('linkMissing')} intro={t('linkMissingDetail')}>
        <SignInLink />
      </OutsidePage>
    )
  if (done)
    return (
      <OutsidePage title={t('reset.doneTitle')} intro={t('reset.done')}>
        <Links>
          <a href="/sign-in">{t('reset.signIn')}</a>
        </Links>
      </OutsidePage>
    )
  return (
    <OutsidePage title={t('reset.title')}>
      <Form
        onSubmit={async ({ password }) => {
          await api.post('/api/auth/password/reset', { token, password }, { ownUnauthorized: true })
          history.replaceState(null, '', '/reset-password')
          setDone(true)
        }}
      >
        <NewPasswordField autoFocus />
        <FormActions full>
          <SubmitAction>{t('reset.act')}</SubmitAction>
        </FormActions>
      </Form>
      <SignInLink />
    </OutsidePage>
  )
}
