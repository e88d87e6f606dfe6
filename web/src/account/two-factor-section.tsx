import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { notify } from '../notices.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Form, FormActions, PasswordField, SubmitAction, TextField } from '../parts/form.tsx'
import { queryClient, sessionQuery, useSession } from '../session.ts'
import classes from './account.module.css'
import { QrPicture } from './qr-picture.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'

type Enrolment = { secret: string; otpauthUrl: string; qrSvg: string }
type Step =
  | { at: 'rest' }
  | { at: 'password'; act: 'enable' | 'disable' | 'renew' }
  | { at: 'scan'; enrolment: Enrolment }
  | { at: 'codes'; codes: string[] }

/** Turning the second step on, off, and making new recovery codes. */
export function TwoFactorSection() {
  const t = useMessages('account')
  const { user } = useSession()
  const [step, setStep] = useState<Step>({ at: 'rest' })
  const rest = () => setStep({ at: 'rest' })
  if (step.at === 'codes')
    return (
      <RecoveryCodes
        codes={step.codes}
        onDone={() => {
          void queryClient.invalidateQueries(sessionQuery)
          rest()
        }}
      />
    )
  const on = user.twoFactorEnabled
  return (
    <section className={classes.section}>
      <h2>
        {t('security.twoFactorTitle')}
        <span className={`${classes.state} ${on ? classes.stateOn : ''}`}>
          {t(on ? 'security.on' : 'security.off')}
        </span>
      </h2>
      <p className={classes.detail}>{t(on ? 'security.onDetail' : 'security.offDetail')}</p>
      {step.at === 'scan' ? (
        <Scan enrolment={step.enrolment} onCodes={(codes) => setStep({ at: 'codes', codes })} />
      ) : (
        <div className={classes.row}>
          {on ? (
            <>
              <Button onClick={() => setStep({ at: 'password', act: 'renew' })}>
                {t('security.renew')}
              </Button>
              <Button onClick={() => setStep({ at: 'password', act: 'disable' })}>
                {t('security.disable')}
              </Button>
            </>
          ) : (
            <Button onClick={() => setStep({ at: 'password', act: 'enable' })}>
              {t('security.enable')}
            </Button>
          )}
        </div>
      )}
      <Proof step={step} onStep={setStep} onClose={rest} />
    </section>
  )
}

function Scan({
  enrolment,
  onCodes,
}: {
  enrolment: Enrolment
  onCodes: (codes: string[]) => void
}) {
  const t = useMessages('account')
  async function confirm({ code }: Record<string, string>) {
    const body = { code: code?.replace(/\s/g, '') }
    const answer = await api.post<{ recoveryCodes: string[] }>(
      '/api/auth/two-factor/confirm',
      body,
      { ownUnauthorized: true },
    )
    onCodes(answer.recoveryCodes)
  }
  return (
    <Form onSubmit={confirm} fieldOf={(code) => (code === 'AUTH_CODE_WRONG' ? 'code' : undefined)}>
      <div>
        <strong>{t('security.scan')}</strong>
        <p className={classes.detail}>{t('security.scanDetail')}</p>
        <QrPicture svg={enrolment.qrSvg} label={t('security.qr')} />
      </div>
      <div>
        <p className={classes.detail}>{t('security.secret')}</p>
        <code className={classes.secret}>{enrolment.secret}</code>
        <CopyButton value={enrolment.secret} compact />
      </div>
      <TextField
        name="code"
        label={t('security.code')}
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        autoFocus
      />
      <FormActions>
        <SubmitAction>{t('security.confirm')}</SubmitAction>
      </FormActions>
    </Form>
  )
}

/** Each of the three acts asks for the password; turning it off for a code too. */
function Proof({
  step,
  onStep,
  onClose,
}: {
  step: Step
  onStep: (step: Step) => void
  onClose: () => void
}) {
  const t = useMessages('account')
  const parts = useMessages('parts')
  const act = step.at === 'password' ? step.act : undefined
  const words = {
    enable: [t('security.enable'), t('security.enablePasswordHelp'), t('security.start')],
    disable: [t('security.disableTitle'), t('security.disableDetail'), t('security.disable')],
    renew: [t('security.renew'), t('security.renewDetail'), t('security.renew')],
  } as const
  const [title, detail, button] = words[act ?? 'enable']
  async function prove({ password, code }: Record<string, string>) {
    const own = { ownUnauthorized: true }
    if (act === 'enable') {
      const enrolment = await api.post<Enrolment>('/api/auth/two-factor/enable', { password }, own)
      onStep({ at: 'scan', enrolment })
    } else if (act === 'renew') {
      const path = '/api/auth/two-factor/recovery-codes'
      const answer = await api.post<{ recoveryCodes: string[] }>(path, { password }, own)
      onStep({ at: 'codes', codes: answer.recoveryCodes })
    } else {
      const body = { password, code: code?.replace(/\s/g, '') }
      await api.post('/api/auth/two-factor/disable', body, own)
      await queryClient.invalidateQueries(sessionQuery)
      notify({ tone: 'done', title: t('security.disabled') })
      onClose()
    }
  }
  return (
    <Modal
      opened={act !== undefined}
      onClose={onClose}
      title={title}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      <p className={classes.detail}>{detail}</p>
      <Form
        onSubmit={prove}
        fieldOf={(code) =>
          code === 'AUTH_CODE_WRONG'
            ? 'code'
            : code === 'AUTH_PASSWORD_WRONG'
              ? 'password'
              : undefined
        }
      >
        <PasswordField
          name="password"
          label={t('security.enablePassword')}
          autoComplete="current-password"
          required
          data-autofocus
        />
        {act === 'disable' && (
          <TextField
            name="code"
            label={t('security.code')}
            inputMode="numeric"
            autoComplete="one-time-code"
            required
          />
        )}
        <FormActions>
          <SubmitAction>{button}</SubmitAction>
        </FormActions>
      </Form>
    </Modal>
  )
}
