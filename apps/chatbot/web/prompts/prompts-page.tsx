import { useMessages } from '@minato/web/messages'
import { Page } from '@minato/web/page'

export function PromptsPage() {
  const t = useMessages('chatbot')
  return <Page title={t('prompts.title')}>…</Page>
}
