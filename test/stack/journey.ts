import assert from 'node:assert/strict'
import { io } from 'socket.io-client'
import { browserHeaders, call, newConversation } from '../http-client.ts'
import { newUser, type StackUser } from './crowd.ts'
import { textPdf } from './text-pdf.ts'
import type { Stack } from './up.ts'

/**
 * What a user of the chatbot does, over HTTPS through nginx: signs in, asks about a PDF, sees the answer
 * being written, and hears live news over a WebSocket.
 */
export async function journey(stack: Stack): Promise<void> {
  const person = await newUser(stack)
  await answerIsStreamed(stack, person)
  await liveConnection(stack, person)
}

async function answerIsStreamed(stack: Stack, person: StackUser): Promise<void> {
  const conversation = await newConversation(stack.url, person)
  const form = new FormData()
  form.append('text', 'Which quay takes the ferry, and at which tide? Say it at length.')
  const pdf = textPdf(['The ferry berths at quay seven, only at high tide.'])
  form.append('files', new Blob([pdf], { type: 'application/pdf' }), 'harbour.pdf')
  const path = `/api/chatbot/conversations/${conversation}/messages`
  const answer = await call(stack.url, person, path, { method: 'POST', body: form })
  assert.equal(answer.status, 200, await textOfFailure(answer))
  assert.match(answer.headers.get('content-type') ?? '', /text\/event-stream/)
  const { text, arrivals } = await readAsItComes(answer)
  assert.match(said(text), /quay seven/, text)
  assert.match(text, /event: done/)
  // A proxy that buffers would give everything at once.
  const spanMs = (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)
  assert.ok(arrivals.length >= 5, `${arrivals.length} pieces`)
  assert.ok(spanMs > 100, `all within ${Math.round(spanMs)} ms`)
}

/** The answer, put together from its pieces. */
function said(stream: string): string {
  return [...stream.matchAll(/^data: (\{"text":.*\})$/gm)]
    .map(([, data]) => (JSON.parse(data ?? '{}') as { text: string }).text)
    .join('')
}

async function textOfFailure(answer: Response): Promise<string> {
  return answer.ok ? '' : await answer.text()
}

async function readAsItComes(answer: Response): Promise<{ text: string; arrivals: number[] }> {
  const decoder = new TextDecoder()
  const arrivals: number[] = []
  let text = ''
  for await (const piece of answer.body ?? []) {
    arrivals.push(performance.now())
    text += decoder.decode(piece, { stream: true })
  }
  return { text, arrivals }
}

async function liveConnection(stack: Stack, person: StackUser): Promise<void> {
  const socket = io(`${stack.url}/minato`, {
    path: '/api/realtime/',
    transports: ['websocket'],
    extraHeaders: browserHeaders(stack.url, person.cookie),
    forceNew: true,
  })
  try {
    const room = `jobs:${person.id}`
    const joined = await socket.timeout(20_000).emitWithAck('join', { room })
    assert.equal(joined.ok, true, JSON.stringify(joined))
  } finally {
    socket.disconnect()
  }
}
