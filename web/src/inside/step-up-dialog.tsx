import { Button, Modal, Text } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { Form, FormActions, PasswordField, SubmitAction, TextField } from '../parts/form.tsx'
import { queryClient, sessionQuery, useSession } from '../session.ts'
import { settleStepUp, useStepUpAsked } from './step-up.ts'

/** Asks for the password or a code before a dangerous act, then the act goes on by itself. */
export function StepUpDialog() {
  const t = useMessages('shell')
  const parts = useMessages('parts')
  const { user } = useSession()
  const asked = useStepUpAsked()
  const [byCode, setByCode] = useState(user.twoFactorEnabled)
  async function confirm({ password, code }: Record<string, string>) {
    const proof = byCode ? { code: code?.replace(/\s/g, '') } : { password }
    await api.post('/api/auth/step-up', proof, { ownUnauthorized: true })
    void queryClient.invalidateQueries(sessionQuery)
    settleStepUp(true)
  }
  return (
    <Modal
      opened={asked}
      onClose={() => settleStepUp(false)}
      title={t('stepUp.title')}
      zIndex={350}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      <Text size="sm" c="dimmed" mb="md">
        {t('stepUp.intro')}
      </Text>
      <Form
        onSubmit={confirm}
        fieldOf={(code) => (/_(PASSWORD|CODE)_WRONG$/.test(code) ? field(byCode) : undefined)}
        key={String(byCode)}
      >
        <input type="hidden" autoComplete="username" value={user.email} readOnly />
        {byCode ? (
          <TextField
            name="code"
            label={t('stepUp.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
            data-autofocus
          />
        ) : (
          <PasswordField
            name="password"
            label={t('stepUp.password')}
            autoComplete="current-password"
            required
            data-autofocus
          />
        )}
        <FormActions>
          <SubmitAction>{t('stepUp.act')}</SubmitAction>
          {user.twoFactorEnabled && (
            <Button variant="subtle" onClick={() => setByCode(!byCode)}>
              {t(byCode ? 'stepUp.usePassword' : 'stepUp.useCode')}
            </Button>
          )}
        </FormActions>
      </Form>
    </Modal>
  )
}

function field(byCode: boolean): string {
  return byCode ? 'code' : 'password'
}
