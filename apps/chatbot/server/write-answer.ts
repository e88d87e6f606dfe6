import type { AppServices } from '@minato/platform/app'
import { MinatoError } from '@minato/platform/errors'
import { isLlmError } from '@minato/platform/llm'
import { answerEvents, type Prepared } from './answer-events.ts'
import type { AnswerLeases } from './answer-leases.ts'
import type { chatbotConfig } from './config.ts'
import { chatbotErrors } from './errors.ts'
import { type Ending, type LiveAnswer, StoppedError } from './live-answer.ts'
import { answersCounted } from './metrics.ts'

export type ChatbotServices = AppServices<(typeof chatbotConfig)['variables']>

/** Everything the writer of one answer needs to know. */
export type AnswerTask = {
  messageId: string
  conversationId: string
  ownerId: string
  prepare: () => Promise<Prepared>
}

/**
 * Writes one answer to its end, whether anybody reads along or not. The row is settled before the
 * listeners hear of the end: whoever reloads at `done` finds the answer done, and `done` is never
 * said of an answer that is not stored.
 */
export async function writeAnswer(
  services: ChatbotServices,
  leases: AnswerLeases,
  answer: LiveAnswer,
  task: AnswerTask,
): Promise<void> {
  const ending = await produce(services, answer, task)
  services.metrics.counter(answersCounted).inc({ state: ending.state })
  const stored = await leases.settle(answer, ending, services.clock()).catch((error: unknown) => {
    // The lease runs out and a sweep marks the answer as interrupted: nothing claims it is done.
    services.log.error('chatbot.answer_not_settled', { err: error, messageId: answer.id })
    return false
  })
  leases.remove(answer.id)
  answer.finish(stored ? ending : INTERRUPTED)
}

const { code, detail } = chatbotErrors.CHATBOT_ANSWER_INTERRUPTED()
const INTERRUPTED: Ending = {
  state: 'interrupted',
  finishReason: 'interrupted',
  error: { code, detail },
}

async function produce(
  services: ChatbotServices,
  answer: LiveAnswer,
  task: AnswerTask,
): Promise<Ending> {
  try {
    const prepared = await task.prepare()
    let finishReason = 'stop'
    for await (const event of answerEvents(services, prepared, task, answer)) {
      if (event.type === 'delta') answer.append(event.text)
      else if (event.type === 'usage') answer.setUsage(event)
      else if (event.type === 'done') finishReason = event.finishReason
    }
    return { state: 'done', finishReason }
  } catch (error) {
    return endingOf(services, answer, task, error)
  }
}

function endingOf(
  services: ChatbotServices,
  answer: LiveAnswer,
  task: AnswerTask,
  error: unknown,
): Ending {
  if (answer.signal.aborted || error instanceof StoppedError) {
    return { state: 'stopped', finishReason: 'stop_requested' }
  }
  if (isLlmError(error) || error instanceof MinatoError) {
    const { code, detail } = error as MinatoError
    return { state: 'failed', finishReason: 'error', error: { code, detail } }
  }
  services.errors.capture(error, { route: 'chatbot answer', userId: task.ownerId })
  return {
    state: 'failed',
    finishReason: 'error',
    error: {
      code: 'INTERNAL',
      detail: {
        en: 'The answer failed for a reason that was recorded. Ask for it again.',
        ja: '問題が発生し、記録しました。再生成してください。',
      },
    },
  }
}
