import type { AppServices } from '@minato/platform/app'
import { MinatoError } from '@minato/platform/errors'
import { isLlmError } from '@minato/platform/llm'
import { answerEvents, type Prepared } from './answer-events.ts'
import type { AnswerLeases } from './answer-leases.ts'
import type { chatbotConfig } from './config.ts'
import { type Ending, type LiveAnswer, StoppedError } from './live-answer.ts'
import { type ChatbotDatabase, chatbotTables } from './store.ts'

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
 * listeners hear of the end: whoever reloads at `done` finds the answer done.
 */
export async function writeAnswer(
  services: ChatbotServices,
  leases: AnswerLeases,
  answer: LiveAnswer,
  task: AnswerTask,
): Promise<void> {
  const ending = await produce(services, answer, task)
  leases.remove(answer.id)
  await settle(chatbotTables(services.db), leases.owner, answer, ending, services.clock()).catch(
    (error) => {
      // The lease runs out and a sweep marks the answer as interrupted: nothing claims it is done.
      services.log.error('chatbot.answer_not_settled', { err: error, messageId: answer.id })
    },
  )
  answer.finish(ending)
}

async function produce(
  services: ChatbotServices,
  answer: LiveAnswer,
  task: AnswerTask,
): Promise<Ending> {
  try {
    const prepared = await task.prepare()
    let last = { finishReason: 'stop', model: '' }
    for await (const event of answerEvents(services, prepared, task, answer.signal)) {
      if (event.type === 'delta') answer.append(event.text)
      else if (event.type === 'usage') answer.setUsage(event)
      else if (event.type === 'done') last = event
    }
    const { finishReason, model } = last
    return { state: 'done', finishReason, ...(model === '' ? {} : { model }) }
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

async function settle(
  db: ChatbotDatabase,
  owner: string,
  answer: LiveAnswer,
  ending: Ending,
  now: number,
): Promise<void> {
  await db
    .updateTable('chatbot.messages')
    .set({
      content: answer.text,
      state: ending.state,
      finish_reason: ending.finishReason,
      error_code: ending.error?.code ?? null,
      model: ending.model ?? null,
      input_tokens: answer.usage?.inputTokens ?? null,
      output_tokens: answer.usage?.outputTokens ?? null,
      cost_usd: answer.usage?.costUsd ?? null,
      lease_owner: null,
      lease_until: null,
      finished_at: new Date(now),
    })
    .where('id', '=', answer.id)
    .where('lease_owner', '=', owner)
    .where('state', '=', 'streaming')
    .execute()
}
