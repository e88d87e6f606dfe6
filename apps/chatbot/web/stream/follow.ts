import { ApiError } from '@minato/web/api'
import { eventStream, type StreamEvent } from '@minato/web/event-stream'
import { queryClient } from '@minato/web/session'
import { conversationQuery, refreshLists, usageQuery } from '../queries.ts'
import type { Message } from '../shapes.ts'
import type { AnswerEvent } from './ask.ts'
import { appendText, changeRunning, runningAnswer, setRunning } from './running-answers.ts'

type Events = AsyncIterable<StreamEvent<AnswerEvent>>

const PAUSES_MS = [200, 500, 1000, 2000, 4000, 8000, 8000, 8000]

/**
 * Reads an answer to its end. A cut connection is taken up again where it broke, by the position
 * in the text; after half a minute without success the person is asked.
 */
export async function follow(
  conversationId: string,
  answerId: string,
  first: Events | undefined,
  signal: AbortSignal,
): Promise<void> {
  let events = first
  for (let failures = 0; failures < PAUSES_MS.length; ) {
    events ??= connect(conversationId, answerId, signal)
    const before = runningAnswer(conversationId)?.text.length ?? 0
    try {
      const end = await readToEnd(conversationId, events)
      if (end !== undefined) return await finish(conversationId, answerId, end)
    } catch (error) {
      if (signal.aborted) return
      // Not there any more, or not ours: the conversation itself says what is true.
      if (error instanceof ApiError && error.status >= 400 && error.status < 500)
        return await finish(conversationId, answerId, undefined)
    }
    events = undefined
    const progress = (runningAnswer(conversationId)?.text.length ?? 0) > before
    failures = progress ? 1 : failures + 1
    await pause(PAUSES_MS[failures - 1] ?? 0, signal)
    if (signal.aborted) return
  }
  changeRunning(conversationId, { phase: 'lost' })
}

function connect(conversationId: string, answerId: string, signal: AbortSignal): Events {
  const position = runningAnswer(conversationId)?.text.length ?? 0
  return eventStream<AnswerEvent>(
    `/api/chatbot/conversations/${conversationId}/messages/${answerId}/stream`,
    { signal, headers: { 'last-event-id': String(position) } },
  )
}

async function readToEnd(conversationId: string, events: Events): Promise<AnswerEvent | undefined> {
  for await (const { event, data } of events) {
    if (event === 'delta') appendText(conversationId, data.text ?? '')
    else if (event === 'usage') {
      const { inputTokens = 0, outputTokens = 0, costUsd = 0 } = data
      changeRunning(conversationId, { usage: { inputTokens, outputTokens, costUsd } })
    } else if (event === 'done' || event === 'error') return data
  }
  return undefined
}

/** Writes the end into the page first, then lets the server's own record replace it. */
async function finish(
  conversationId: string,
  answerId: string,
  end: AnswerEvent | undefined,
): Promise<void> {
  const last = runningAnswer(conversationId)
  const { queryKey } = conversationQuery(conversationId)
  if (last !== undefined && end !== undefined) {
    const settled: Partial<Message> = {
      content: last.text,
      usage: last.usage,
      state: stateOf(end),
      errorCode: end.code ?? null,
      finishReason: end.finishReason ?? null,
      finishedAt: new Date().toISOString(),
    }
    queryClient.setQueryData(queryKey, (old) => {
      if (old === undefined) return old
      const messages = old.messages.map((m) => (m.id === answerId ? { ...m, ...settled } : m))
      return { ...old, messages }
    })
  }
  setRunning(conversationId, undefined)
  void refreshLists()
  void queryClient.invalidateQueries({ queryKey: usageQuery.queryKey })
  await queryClient.invalidateQueries({ queryKey })
}

function stateOf(end: AnswerEvent): Message['state'] {
  if (end.code === 'CHATBOT_ANSWER_INTERRUPTED') return 'interrupted'
  if (end.code !== undefined) return 'failed'
  return end.finishReason === 'stop_requested' ? 'stopped' : 'done'
}

/** Waits, but not once the network is back. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
    signal.addEventListener('abort', done)
  })
}
