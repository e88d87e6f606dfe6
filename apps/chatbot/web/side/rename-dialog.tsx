import { Button, Modal } from '@mantine/core'
import { Form, FormActions, SubmitAction, TextField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { changeConversation } from '../queries.ts'
import type { Conversation } from '../shapes.ts'

export function RenameDialog({
  conversation,
  opened,
  onClose,
}: {
  conversation: Conversation
  opened: boolean
  onClose: () => void
}) {
  const t = useMessages('chatbot')
  const parts = useMessages('parts')
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('act.renameTitle')}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      <Form
        onSubmit={async ({ title = '' }) => {
          await changeConversation(conversation.id, { title: title.trim() })
          onClose()
        }}
      >
        <TextField
          name="title"
          label={t('act.title')}
          defaultValue={conversation.title}
          maxLength={200}
          required
          data-autofocus
        />
        <FormActions>
          <SubmitAction>{parts('save')}</SubmitAction>
          <Button onClick={onClose}>{parts('cancel')}</Button>
        </FormActions>
      </Form>
    </Modal>
  )
}
