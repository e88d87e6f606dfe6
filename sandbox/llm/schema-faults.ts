import { createHash } from 'node:crypto'
import type { ChatRequest } from './chat-request.ts'

const REMEMBERED = 500

/**
 * The `wrong-schema` scenario breaks the first answer to a question and gets the repair right: a
 * question is known by its schema and its first words of the person, which a repair repeats.
 */
export function createSchemaFaults() {
  const violated = new Set<string>()
  return {
    shouldViolate(chat: ChatRequest): boolean {
      if (chat.responseFormat.type === 'text') return false
      const first = chat.messages.find((message) => message.role === 'user')?.texts.join('\n')
      const key = createHash('sha256')
        .update(JSON.stringify([chat.responseFormat, first]))
        .digest('base64')
      if (violated.delete(key)) return false
      if (violated.size >= REMEMBERED) violated.clear()
      violated.add(key)
      return true
    },
  }
}
