import { UnstyledButton } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { Form, FormActions, SubmitAction, TextField } from '../parts/form.tsx'
import { Links, OutsidePage } from './frame.tsx'
import { nextPage } from './paths.ts'
import { staySo } from './sign-in-page.tsx'

export default function TwoFactorPage() {
  const t = useMessages('outside')
  const [recovery, setRecovery] = useState(false)
  const field = recovery ? 'recoveryCode' : 'code'
  async function verify({ code, recoveryCode }: Record<string, string>) {
    await api.post(
      '/api/auth/two-factor/verify',
      recovery ? { recoveryCode: recoveryCode?.trim() } : { code: code?.replace(/\s/g, '') },
      { ownUnauthorized: true },
    )
    location.assign(nextPage(location.search, location.origin))
    return staySo()
  }
  return (
    <OutsidePage
      title={t('twoFactor.title')}
      intro={t(recovery ? 'twoFactor.recoveryIntro' : 'twoFactor.intro')}
    >
      <Form
        onSubmit={verify}
        key={String(recovery)}
        fieldOf={(code) => (code === 'AUTH_TWO_FACTOR_FAILED' ? field : undefined)}
      >
        {recovery ? (
          <TextField
            name="recoveryCode"
            label={t('twoFactor.recoveryCode')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
          />
        ) : (
          <TextField
            name="code"
            label={t('twoFactor.code')}
            autoComplete="one-time-code"
            inputMode="numeric"
            required
            autoFocus
          />
        )}
        <FormActions full>
          <SubmitAction>{t('twoFactor.act')}</SubmitAction>
        </FormActions>
      </Form>
      <Links>
        <UnstyledButton onClick={() => setRecovery(!recovery)}>
          {t(recovery ? 'twoFactor.useCode' : 'twoFactor.useRecovery')}
        </UnstyledButton>
        <a href="/sign-in">{t('backToSignIn')}</a>
      </Links>
    </OutsidePage>
  )
}
