import { Button, Group, Modal, Text } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useMessages } from '../messages.ts'
import { ErrorNote } from './error-state.tsx'
import { MainAction } from './main-action.tsx'

/**
 * Asks once before something that cannot be undone. The title names the object, the button the
 * act; the dialog stays until the server has agreed, and shows why when it does not.
 *
 * @example
 * <ConfirmAct title={t('revokeTitle', { name })} detail={t('revokeDetail')} act={t('revoke')}
 *   onConfirm={() => api.delete(`/api/auth/keys/${id}`)}>
 *   {(ask) => <Button onClick={ask}>{t('revoke')}</Button>}
 * </ConfirmAct>
 */
export function ConfirmAct({
  title,
  detail,
  act,
  onConfirm,
  children,
}: {
  title: string
  detail?: ReactNode
  act: string
  onConfirm: () => unknown
  children: (ask: () => void) => ReactNode
}) {
  const t = useMessages('parts')
  const [open, setOpen] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  async function confirm() {
    setBusy(true)
    setError(undefined)
    try {
      await onConfirm()
      setOpen(false)
    } catch (cause) {
      setError(cause)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      {children(() => {
        setError(undefined)
        setOpen(true)
      })}
      <Modal
        opened={open}
        onClose={() => setOpen(false)}
        title={title}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        {detail !== undefined && (
          <Text component="div" size="sm" c="dimmed" mb="lg">
            {detail}
          </Text>
        )}
        {error !== undefined && <ErrorNote error={error} />}
        <Group justify="flex-end" gap="sm" mt="md">
          <Button onClick={() => setOpen(false)}>{t('cancel')}</Button>
          <MainAction loading={busy} onClick={confirm} data-autofocus>
            {act}
          </MainAction>
        </Group>
      </Modal>
    </>
  )
}
