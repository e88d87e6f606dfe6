import type { ChatRequest } from './chat-request.ts'

const MAX_TEXT_CHARS = 2000

export function lastUserText(chat: ChatRequest): string {
  return chat.messages.findLast((message) => message.role === 'user')?.texts.join('\n') ?? ''
}

/** What the request log keeps of a chat request: enough for a test to see which turns were sent. */
export function detailOf(chat: ChatRequest): Record<string, unknown> {
  return {
    model: chat.model,
    stream: chat.stream,
    messages: chat.messages.map((message) => ({
      role: message.role,
      text: message.texts.join('\n').slice(0, MAX_TEXT_CHARS),
      attachments: message.attachments.map((attachment) =>
        attachment.kind === 'image'
          ? { kind: 'image', mediaType: attachment.mediaType, byteLength: attachment.byteLength }
          : { kind: 'file', name: attachment.name, byteLength: attachment.bytes.length },
      ),
    })),
    tools: chat.tools.map((tool) => tool.name),
    responseFormat: chat.responseFormat.type,
    maxTokens: chat.maxTokens,
  }
}
