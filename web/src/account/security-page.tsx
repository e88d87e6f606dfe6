import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { Form, FormActions, PasswordField, SubmitAction } from '../parts/form.tsx'
import { useSession } from '../session.ts'
import classes from './account.module.css'
import { AccountPage } from './account-page.tsx'
import { TwoFactorSection } from './two-factor-section.tsx'

export function SecurityPage() {
  const t = useMessages('account')
  const { user } = useSession()
  return (
    <AccountPage title={t('security.title')}>
      {user.twoFactorRequired && !user.twoFactorEnabled && (
        <p className={classes.must} role="status">
          {t('security.must')}
        </p>
      )}
      <TwoFactorSection />
      <PasswordSection />
    </AccountPage>
  )
}

function PasswordSection() {
  const t = useMessages('account')
  const { user } = useSession()
  // A new form after the change: no old password stays in a field.
  const [times, setTimes] = useState(0)
  async function change({ currentPassword, newPassword }: Record<string, string>) {
    await api.post(
      '/api/auth/password/change',
      { currentPassword, newPassword },
      { ownUnauthorized: true },
    )
    setTimes(times + 1)
    notify({ tone: 'done', title: t('security.changed'), detail: t('security.changedDetail') })
  }
  return (
    <section className={classes.section}>
      <h2>{t('security.passwordTitle')}</h2>
      <p className={classes.detail} />
      <Form
        key={times}
        onSubmit={change}
        fieldOf={(code) => (/PASSWORD_WRONG/.test(code) ? 'currentPassword' : undefined)}
      >
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        <PasswordField
          name="currentPassword"
          label={t('security.current')}
          autoComplete="current-password"
          required
        />
        <PasswordField
          name="newPassword"
          label={t('security.next')}
          description={t('security.nextHelp')}
          autoComplete="new-password"
          minLength={12}
          maxLength={256}
          required
        />
        <FormActions>
          <SubmitAction>{t('security.change')}</SubmitAction>
        </FormActions>
      </Form>
    </section>
  )
}
