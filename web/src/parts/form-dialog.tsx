import { Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useMessages } from '../messages.ts'
import { Form, FormActions, SubmitAction } from './form.tsx'

/**
 * A form in a dialog, and what opens it. The dialog closes when the form was taken; what the server refuses stays
 * in it, at the field.
 *
 * @example
 * <FormDialog
 *   opener={(open) => <MainAction onClick={open}>{t('add')}</MainAction>}
 *   title={t('addTitle')}
 *   submit={t('add')}
 *   onSubmit={({ name }) => api.post('/api/notes/notes', { name })}
 * >
 *   <TextField name="name" label={t('name')} required />
 * </FormDialog>
 */
export function FormDialog({
  opener,
  title,
  submit,
  onSubmit,
  onClose,
  fieldOf,
  above,
  startsOpen = false,
  formKey,
  children,
}: {
  opener: (open: () => void) => ReactNode
  title: string
  /** Default: "Save". */
  submit?: string
  onSubmit: (values: Record<string, string>) => unknown
  onClose?: () => void
  fieldOf?: (code: string) => string | undefined
  /** What stands over the form, such as a choice of which form it is. */
  above?: ReactNode
  startsOpen?: boolean
  /** Another one begins the form anew. */
  formKey?: string
  children: ReactNode
}) {
  const words = useMessages('parts')
  const [opened, setOpened] = useState(startsOpen)
  const close = () => {
    setOpened(false)
    onClose?.()
  }
  return (
    <>
      {opener(() => setOpened(true))}
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        closeButtonProps={{ 'aria-label': words('close') }}
      >
        {above}
        <Form
          key={formKey}
          onSubmit={async (values) => {
            await onSubmit(values)
            close()
          }}
          {...(fieldOf === undefined ? {} : { fieldOf })}
        >
          {children}
          <FormActions>
            <SubmitAction>{submit ?? words('save')}</SubmitAction>
          </FormActions>
        </Form>
      </Modal>
    </>
  )
}
