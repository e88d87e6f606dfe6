import { setTimeout as delay } from 'node:timers/promises'
import { type EventStream, openEventStream } from '@minato/platform/http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ownMessage } from './ask.ts'
import { endingFromRow } from './ending.ts'
import type { Ending, LiveAnswer, Usage } from './live-answer.ts'
import type { ChatbotDatabase } from './store.ts'

/** How often an answer that another process writes is looked at. */
const FOLLOW_EVERY_MS = 500
/** A process that died is noticed by its lease; nobody waits longer than this for it. */
const FOLLOW_FOR_MS = 10 * 60_000

type Locale = 'ja' | 'en'

/** Sends a live answer from `position` on; resolves when it ended or the client left. */
export function streamLive(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: LiveAnswer,
  options: { position: number; opening?: object },
): void {
  const stream = openEventStream(request, reply)
  const { locale } = request
  if (options.opening !== undefined)
    stream.send({ id: '0', event: 'message', data: options.opening })
  sendText(stream, answer.text, options.position)
  if (answer.usage !== undefined) sendUsage(stream, answer.text.length, answer.usage)
  const stopListening = answer.listen({
    delta: (text, end) => void stream.send({ id: String(end), event: 'delta', data: { text } }),
    usage: (usage) => sendUsage(stream, answer.text.length, usage),
    end: (ending) => {
      sendEnding(stream, answer.id, answer.text.length, ending, locale)
      stream.end()
    },
  })
  stream.signal.addEventListener('abort', stopListening, { once: true })
}

/**
 * Sends an answer that this process does not write: what is stored, and what its writer adds,
 * until it is settled.
 */
export async function followStored(
  request: FastifyRequest,
  reply: FastifyReply,
  db: ChatbotDatabase,
  options: { conversationId: string; messageId: string; position: number },
): Promise<void> {
  const stream = openEventStream(request, reply)
  let { position } = options
  const giveUpAt = performance.now() + FOLLOW_FOR_MS
  try {
    while (!stream.signal.aborted && performance.now() < giveUpAt) {
      const row = await ownMessage(db, options.conversationId, options.messageId)
      sendText(stream, row.content, position)
      position = Math.max(position, row.content.length)
      const ending = endingFromRow(row)
      if (ending !== undefined) {
        const { input_tokens: inputTokens, output_tokens: outputTokens } = row
        if (inputTokens !== null && outputTokens !== null) {
          sendUsage(stream, position, { inputTokens, outputTokens, costUsd: row.cost_usd ?? 0 })
        }
        sendEnding(stream, row.id, position, ending, request.locale)
        return
      }
      await delay(FOLLOW_EVERY_MS, undefined, { signal: stream.signal }).catch(() => undefined)
    }
  } finally {
    stream.end()
  }
}

function sendText(stream: EventStream, text: string, position: number): void {
  if (text.length <= position) return
  stream.send({ id: String(text.length), event: 'delta', data: { text: text.slice(position) } })
}

function sendUsage(stream: EventStream, position: number, usage: Usage): void {
  const { inputTokens, outputTokens, costUsd } = usage
  stream.send({
    id: `${position}.usage`,
    event: 'usage',
    data: { inputTokens, outputTokens, costUsd },
  })
}

function sendEnding(
  stream: EventStream,
  messageId: string,
  position: number,
  ending: Ending,
  locale: Locale,
): void {
  const id = `${position}.end`
  if (ending.error === undefined) {
    stream.send({ id, event: 'done', data: { messageId, finishReason: ending.finishReason } })
    return
  }
  const { code, detail } = ending.error
  stream.send({ id, event: 'error', data: { messageId, code, detail: detail[locale] } })
}

/** The position a client has, from its Last-Event-ID; 0 for none or for one that is not ours. */
export function positionOf(lastEventId: string | string[] | undefined): number {
  const match = typeof lastEventId === 'string' ? /^(\d{1,9})(\.\w+)?$/.exec(lastEventId) : null
  return match?.[1] === undefined ? 0 : Number(match[1])
}
