import type { z } from 'zod'
import type { conversationView, messageView } from './conversation-view.ts'

type Conversation = z.infer<typeof conversationView>
type Message = z.infer<typeof messageView>

const SPEAKER = {
  ja: { user: '質問', assistant: '回答' },
  en: { user: 'Question', assistant: 'Answer' },
}
const CUT = {
  ja: {
    failed: '（回答に失敗しました）',
    stopped: '（停止しました）',
    interrupted: '（途中で切れました）',
  },
  en: { failed: '(the answer failed)', stopped: '(stopped)', interrupted: '(cut off)' },
}

/** The conversation as Markdown, every branch in the order of its making. */
export function exportMarkdown(
  conversation: Conversation,
  messages: Message[],
  locale: 'ja' | 'en',
): string {
  const blocks = messages.map((message) => {
    const heading = `## ${SPEAKER[locale][message.role]} (${message.createdAt.toISOString()})`
    const files = message.files.map((file) => `- ${file.name} (${file.size} bytes)`).join('\n')
    const sources = message.sources
      .map(({ title, url }, index) => `${index + 1}. ${title}: <${url}>`)
      .join('\n')
    const { state } = message
    const note = state === 'done' || state === 'streaming' ? '' : CUT[locale][state]
    return [heading, message.content, sources, files, note]
      .filter((part) => part !== '')
      .join('\n\n')
  })
  return `${[`# ${conversation.title}`, ...blocks].join('\n\n')}\n`
}

export function exportJson(conversation: Conversation, messages: Message[]): string {
  return JSON.stringify({ ...conversation, messages }, null, 2)
}
