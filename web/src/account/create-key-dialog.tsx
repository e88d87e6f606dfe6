import { Modal, MultiSelect } from '@mantine/core'
import { useState } from 'react'
import { api } from '../api.ts'
import { useMessages } from '../messages.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { Form, FormActions, SubmitAction, TextField } from '../parts/form.tsx'
import { MainAction } from '../parts/main-action.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { queryClient, useSession } from '../session.ts'
import classes from './account.module.css'
import { keysQuery } from './keys-query.ts'

const LIFETIMES_DAYS = [7, 30, 90, 365]

/** Makes a key and shows it once; a click beside the dialog does not lose it. */
export function CreateKeyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const t = useMessages('account')
  const parts = useMessages('parts')
  const [made, setMade] = useState<string>()
  function close() {
    onClose()
    setMade(undefined)
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t(made === undefined ? 'keys.create' : 'keys.shownTitle')}
      closeOnClickOutside={made === undefined}
      closeOnEscape={made === undefined}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      {made === undefined ? (
        <KeyForm onMade={setMade} />
      ) : (
        <>
          <p className={classes.detail}>{t('keys.shownDetail')}</p>
          <code className={classes.secret} data-key>
            {made}
          </code>
          <div className={classes.row}>
            <CopyButton value={made} />
            <MainAction onClick={close}>{t('keys.done')}</MainAction>
          </div>
        </>
      )}
    </Modal>
  )
}

function KeyForm({ onMade }: { onMade: (key: string) => void }) {
  const t = useMessages('account')
  const { user } = useSession()
  const [scopes, setScopes] = useState<string[]>([])
  async function create({ name, expiresInDays }: Record<string, string>) {
    const body = {
      name,
      expiresInDays: Number(expiresInDays),
      ...(scopes.length === 0 ? {} : { scopes }),
    }
    const answer = await api.post<{ key: string }>('/api/auth/keys', body)
    await queryClient.invalidateQueries(keysQuery)
    onMade(answer.key)
  }
  return (
    <Form onSubmit={create}>
      <TextField
        name="name"
        label={t('keys.name')}
        description={t('keys.nameHelp')}
        maxLength={100}
        autoComplete="off"
        required
        data-autofocus
      />
      <MultiSelect
        label={t('keys.scopes')}
        description={t('keys.scopesHelp')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        data={[...user.permissions].sort()}
        value={scopes}
        onChange={setScopes}
        clearable
        searchable
      />
      <SelectField
        name="expiresInDays"
        label={t('keys.expires')}
        defaultValue="90"
        data={LIFETIMES_DAYS.map((count) => ({
          value: String(count),
          label: t('keys.days', { count }),
        }))}
      />
      <FormActions>
        <SubmitAction>{t('keys.act')}</SubmitAction>
      </FormActions>
    </Form>
  )
}
