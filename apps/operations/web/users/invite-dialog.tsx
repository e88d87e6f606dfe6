import { Modal } from '@mantine/core'
import { api } from '@minato/web/api'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { useLocale } from '@minato/web/locale'
import { MainAction } from '@minato/web/main-action'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { SelectField } from '@minato/web/select-field'
import { useSession } from '@minato/web/session'
import { useState } from 'react'
import { refresh } from '../queries.ts'
import { ROLES, useRoleNames } from './roles.ts'

/** The button and the form behind it. */
export function InviteAction() {
  const t = useMessages('operations')
  const parts = useMessages('parts')
  const { can } = useSession()
  const [open, setOpen] = useState(false)
  if (!can('users.invite')) return null
  return (
    <>
      <MainAction onClick={() => setOpen(true)}>{t('invite.act')}</MainAction>
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={t('invite.act')}
        closeButtonProps={{ 'aria-label': parts('close') }}
      >
        <InviteForm onDone={() => setOpen(false)} />
      </Modal>
    </>
  )
}

function InviteForm({ onDone }: { onDone: () => void }) {
  const t = useMessages('operations')
  const names = useRoleNames()
  const locale = useLocale()
  const { user } = useSession()
  const roles = ROLES.filter((role) => role !== 'admin' || user.roles.includes('admin'))
  async function invite({ email, role, locale: language }: Record<string, string>) {
    await api.post('/api/auth/invitations', { email, role, locale: language })
    await refresh()
    notify({ tone: 'done', title: t('invite.done', { email: email ?? '' }) })
    onDone()
  }
  return (
    <Form onSubmit={invite} fieldOf={(code) => (code === 'AUTH_USER_EXISTS' ? 'email' : undefined)}>
      <TextField
        name="email"
        type="email"
        label={t('users.email')}
        description={t('invite.help')}
        autoComplete="off"
        required
        data-autofocus
      />
      <SelectField
        name="role"
        label={t('users.role')}
        defaultValue="user"
        data={roles.map((value) => ({ value, label: names[value] }))}
      />
      <SelectField
        name="locale"
        label={t('invite.language')}
        defaultValue={locale}
        data={[
          { value: 'ja', label: '日本語' },
          { value: 'en', label: 'English' },
        ]}
      />
      <FormActions>
        <SubmitAction>{t('invite.send')}</SubmitAction>
      </FormActions>
    </Form>
  )
}
