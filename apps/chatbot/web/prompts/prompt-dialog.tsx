import { Button, Checkbox, Modal, Textarea } from '@mantine/core'
import { api } from '@minato/web/api'
import { Form, FormActions, layout, SubmitAction, TextField, useField } from '@minato/web/form'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { queryClient } from '@minato/web/session'
import { promptsQuery } from '../queries.ts'
import type { Prompt } from '../shapes.ts'

/** Makes a prompt, or changes one's own. */
export function PromptDialog({
  kind,
  prompt,
  opened,
  onClose,
}: {
  kind: Prompt['kind']
  prompt?: Prompt
  opened: boolean
  onClose: () => void
}) {
  const t = useMessages('chatbot')
  const parts = useMessages('parts')
  const newTitle = t(kind === 'system' ? 'prompts.newSystem' : 'prompts.newShortcut')
  async function save(values: Record<string, string>) {
    const body = {
      name: values['name']?.trim() ?? '',
      content: kind === 'system' ? (values['content']?.trim() ?? '') : (values['content'] ?? ''),
      shared: values['shared'] === 'on',
    }
    if (prompt === undefined) await api.post('/api/chatbot/prompts', { ...body, kind })
    else await api.patch(`/api/chatbot/prompts/${prompt.id}`, body)
    await queryClient.invalidateQueries({ queryKey: promptsQuery.queryKey })
    onClose()
    notify({ tone: 'done', title: t('prompts.saved') })
  }
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={prompt === undefined ? newTitle : t('prompts.editName', { name: prompt.name })}
      size={512}
      closeButtonProps={{ 'aria-label': parts('close') }}
    >
      <Form onSubmit={save}>
        <TextField
          name="name"
          label={t('prompts.name')}
          defaultValue={prompt?.name ?? ''}
          maxLength={80}
          required
          data-autofocus
        />
        <ContentField kind={kind} initial={prompt?.content ?? ''} />
        <Checkbox
          name="shared"
          label={t('prompts.shared')}
          description={t('prompts.sharedHelp')}
          defaultChecked={prompt?.shared ?? false}
        />
        <FormActions>
          <SubmitAction>{t('prompts.save')}</SubmitAction>
          <Button onClick={onClose}>{parts('cancel')}</Button>
        </FormActions>
      </Form>
    </Modal>
  )
}

function ContentField({ kind, initial }: { kind: Prompt['kind']; initial: string }) {
  const t = useMessages('chatbot')
  return (
    <Textarea
      {...layout}
      {...useField('content')}
      name="content"
      label={t('prompts.content')}
      description={t(kind === 'system' ? 'prompts.contentHelpSystem' : 'prompts.contentHelp')}
      defaultValue={initial}
      maxLength={20_000}
      rows={7}
      required
      withAsterisk={false}
    />
  )
}
