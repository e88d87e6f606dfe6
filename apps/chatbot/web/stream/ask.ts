import { ApiError, api } from '@minato/web/api'
import { eventStream, type StreamEvent } from '@minato/web/event-stream'
import { queryClient } from '@minato/web/session'
import { conversationQuery, refreshLists, usageQuery } from '../queries.ts'
import type { Message, OpenConversation } from '../shapes.ts'
import { showNewest } from '../thread/branch-choices.ts'
import { follow } from './follow.ts'
import { changeRunning, type Running, runningAnswer, setRunning } from './running-answers.ts'
import { uploadStream } from './upload-stream.ts'

export type Question = {
  text: string
  files: readonly File[]
  /** The answer this question follows; null opens a branch from the beginning. */
  parentId: string | null
  search: boolean
}

export type AnswerEvent = {
  userMessageId?: string
  messageId?: string
  text?: string
  inputTokens?: number
  outputTokens?: number
  costUsd?: number
  finishReason?: string | null
  code?: string
  detail?: string
}

const aborters = new Map<string, AbortController>()
const path = (id: string) => `/api/chatbot/conversations/${id}/messages`
const waiting: Running = {
  ...{ phase: 'sending', sent: 0, sending: null, questionId: null },
  ...{ answerId: null, text: '', usage: null },
}

/**
 * Sends a question. Resolves once the server has stored it; the answer then goes on by itself,
 * whatever page is open. Rejects when the question was not taken.
 */
export async function ask(conversationId: string, question: Question): Promise<void> {
  const { text, files, parentId, search } = question
  const body = new FormData()
  // The fields go before the files: the server reads them in this order.
  body.append('text', text)
  body.append('parentId', parentId ?? 'root')
  if (search) body.append('search', 'true')
  for (const file of files) body.append('files', file, file.name)
  const signal = begin(conversationId, { ...waiting, sending: { text, files, parentId } })
  const onSent = (sent: number) => changeRunning(conversationId, { sent })
  const events =
    files.length > 0
      ? uploadStream<AnswerEvent>(path(conversationId), { body, signal, onSent })
      : eventStream<AnswerEvent>(path(conversationId), { method: 'POST', body, signal })
  await accepted(conversationId, events, (ids) => [
    madeMessage(ids.questionId, parentId, 'user', text),
    madeMessage(ids.answerId, ids.questionId, 'assistant', ''),
  ])
}

/** Asks for another answer to a known question. */
export async function regenerate(conversationId: string, answer: Message): Promise<void> {
  const signal = begin(conversationId, { ...waiting, questionId: answer.parentId })
  const events = eventStream<AnswerEvent>(`${path(conversationId)}/${answer.id}/regenerate`, {
    method: 'POST',
    signal,
  })
  await accepted(conversationId, events, (ids) => [
    madeMessage(ids.answerId, ids.questionId, 'assistant', ''),
  ])
}

/** Goes on with an answer that was being written when the page was left. */
export function resume(conversationId: string, answer: Message): void {
  if (runningAnswer(conversationId) !== undefined) return
  const signal = begin(conversationId, {
    ...waiting,
    phase: 'writing',
    questionId: answer.parentId,
    answerId: answer.id,
    text: answer.content,
  })
  void follow(conversationId, answer.id, undefined, signal)
}

/** Connects again after the connection was lost. */
export function reconnect(conversationId: string): void {
  const lost = runningAnswer(conversationId)
  if (lost?.phase !== 'lost' || lost.answerId === null) return
  const signal = begin(conversationId, { ...lost, phase: 'writing' })
  void follow(conversationId, lost.answerId, undefined, signal)
}

/** Stops the answer; before the server has taken the question, the sending of it. */
export async function stop(conversationId: string): Promise<void> {
  const now = runningAnswer(conversationId)
  if (now === undefined) return
  if (now.answerId === null) return aborters.get(conversationId)?.abort()
  changeRunning(conversationId, { phase: 'stopping' })
  try {
    await api.post(`${path(conversationId)}/${now.answerId}/stop`)
  } catch (error) {
    changeRunning(conversationId, { phase: 'writing' })
    throw error
  }
}

function begin(conversationId: string, running: Running): AbortSignal {
  const aborter = new AbortController()
  aborters.set(conversationId, aborter)
  setRunning(conversationId, running)
  return aborter.signal
}

type Ids = { questionId: string; answerId: string }

async function accepted(
  conversationId: string,
  events: AsyncGenerator<StreamEvent<AnswerEvent>, void, undefined>,
  made: (ids: Ids) => Message[],
): Promise<void> {
  try {
    const { value } = await events.next()
    const { userMessageId: questionId, messageId: answerId } = value?.data ?? {}
    if (questionId === undefined || answerId === undefined) throw new TypeError('No answer began')
    const { queryKey } = conversationQuery(conversationId)
    // A read that began before would take the new messages out again.
    await queryClient.cancelQueries({ queryKey })
    queryClient.setQueryData(queryKey, (old) =>
      old === undefined ? old : withMessages(old, made({ questionId, answerId })),
    )
    showNewest(conversationId)
    changeRunning(conversationId, { phase: 'writing', sending: null, questionId, answerId })
    void refreshAfterStart(conversationId)
    const signal = aborters.get(conversationId)?.signal ?? new AbortController().signal
    void follow(conversationId, answerId, events, signal)
  } catch (error) {
    setRunning(conversationId, undefined)
    void queryClient.invalidateQueries({ queryKey: usageQuery.queryKey })
    // Perhaps another tab's question is being answered: then it is shown.
    if (error instanceof ApiError && error.status === 409)
      void queryClient.invalidateQueries({ queryKey: conversationQuery(conversationId).queryKey })
    throw error
  }
}

function withMessages(old: OpenConversation, more: Message[]): OpenConversation {
  const known = new Set(old.messages.map(({ id }) => id))
  return { ...old, messages: [...old.messages, ...more.filter(({ id }) => !known.has(id))] }
}

/** The first question gives its title, and files get their ids. */
async function refreshAfterStart(conversationId: string): Promise<void> {
  void refreshLists()
  const { queryKey } = conversationQuery(conversationId)
  const open = queryClient.getQueryData(queryKey)
  if (open === undefined || open.title === '' || open.messages.length <= 2)
    await queryClient.invalidateQueries({ queryKey })
}

function madeMessage(
  id: string,
  parentId: string | null,
  role: Message['role'],
  content: string,
): Message {
  return {
    ...{ id, parentId, role, content, state: role === 'user' ? 'done' : 'streaming' },
    ...{ finishReason: null, errorCode: null, model: null, usage: null, leftOut: 0 },
    ...{ sources: [], files: [], createdAt: new Date().toISOString(), finishedAt: null },
  }
}
