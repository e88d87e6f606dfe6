import { randomBytes } from 'node:crypto'
import { type ChatEvent, type ChatRequest, createOutputFilter } from '@minato/platform/llm'
import type { LiveAnswer } from './live-answer.ts'
import { offerSearch } from './web-search.ts'
import type { AnswerTask, ChatbotServices } from './write-answer.ts'

/** A question made ready for the model. */
export type Prepared = {
  request: ChatRequest
  /** What must not come out again. */
  systemPrompt: string
  canary: string
}

/**
 * The model's events with the answer's text filtered: secrets, the system prompt and unsafe links
 * are taken out before a character of them is stored or sent.
 */
export async function* answerEvents(
  services: ChatbotServices,
  prepared: Prepared,
  task: AnswerTask,
  answer: LiveAnswer,
): AsyncIterable<ChatEvent> {
  const filter = createOutputFilter({
    systemPrompt: prepared.systemPrompt,
    canaries: [prepared.canary],
    imageHosts: [],
  })
  const call = {
    userId: task.ownerId,
    app: 'chatbot',
    purpose: 'answer',
    conversationId: task.conversationId,
    signal: answer.signal,
    onModel(model: string) {
      answer.model = model
    },
  }
  for await (const event of offerSearch(services, prepared.request, call, answer.sources)) {
    if (event.type === 'delta') {
      // PostgreSQL stores no NUL, and no language has a use for it.
      const text = filter.push(event.text.replaceAll('\0', ''))
      if (text !== '') yield { type: 'delta', text }
      continue
    }
    if (event.type === 'usage' || event.type === 'done') {
      const rest = filter.end()
      if (rest !== '') yield { type: 'delta', text: rest }
    }
    yield event
  }
  if (filter.findings.length > 0) {
    services.log.warn('chatbot.answer_filtered', {
      messageId: task.messageId,
      findings: filter.findings.map((finding) => finding.kind),
    })
  }
}

/** A token that has no meaning: if it appears in an answer, the prompt leaked. */
export function newCanary(): string {
  return randomBytes(12).toString('hex')
}
