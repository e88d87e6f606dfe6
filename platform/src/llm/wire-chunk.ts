import { tokenWeight } from './estimate-tokens.ts'
import { errorObjectOf, Fault, faultOf } from './fault.ts'
import type { ChatEvent, FinishReason, ToolCall } from './types.ts'

/** What an answer has brought so far, gathered from its chunks. */
export type Answer = {
  model: string
  /** Sum of `tokenWeight` of everything the model wrote: the estimate when no usage arrives. */
  outputWeight: number
  usage: { inputTokens: number; outputTokens: number } | undefined
  finishReason: FinishReason | undefined
  toolCalls: ToolCall[]
  refusal: string
  wroteText: boolean
}

export function newAnswer(model: string): Answer {
  return {
    model,
    outputWeight: 0,
    usage: undefined,
    finishReason: undefined,
    toolCalls: [],
    refusal: '',
    wroteText: false,
  }
}

type WireToolCall = {
  index?: number
  id?: string | null
  function?: { name?: string | null; arguments?: string | object | null }
}
type WireMessage = {
  content?: string | { type?: string; text?: string }[] | null
  refusal?: string | null
  reasoning_content?: string | null
  tool_calls?: WireToolCall[] | null
}
type WireUsage = {
  prompt_tokens?: number
  completion_tokens?: number
  total_tokens?: number
}
export type WireChunk = {
  choices?:
    | { delta?: WireMessage | null; message?: WireMessage | null; finish_reason?: string | null }[]
    | null
  usage?: WireUsage | null
  x_groq?: { usage?: WireUsage | null } | null
}

/** Parses one `data:` payload. Throws a Fault for anything that is no chunk. */
export function parseChunk(text: string, model: string): WireChunk {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Fault('LLM_BAD_ANSWER', { retryable: true, upstream: { message: 'not JSON' } })
  }
  if (typeof value !== 'object' || value === null)
    throw new Fault('LLM_BAD_ANSWER', { retryable: true, upstream: { message: 'not an object' } })
  if ('error' in value && value.error !== null && errorObjectOf(value) !== undefined)
    throw faultOf(200, value, { model })
  // Every field is read defensively below: a chunk is what the server says, not what we wish.
  return value as WireChunk
}

/** Adds a chunk (or a whole completion) to the answer; the events it brings are pushed to `out`. */
export function takeChunk(answer: Answer, chunk: WireChunk, out: ChatEvent[]): void {
  const usage = chunk.usage ?? chunk.x_groq?.usage
  if (usage) takeUsage(answer, usage)
  const choice = Array.isArray(chunk.choices) ? chunk.choices[0] : undefined
  if (choice === undefined || choice === null) return
  const message = choice.delta ?? choice.message
  if (message) takeMessage(answer, message, out)
  if (choice.finish_reason) takeFinish(answer, choice.finish_reason)
}

function takeMessage(answer: Answer, message: WireMessage, out: ChatEvent[]): void {
  const text = typeof message.content === 'string' ? message.content : joinParts(message.content)
  if (text !== '') {
    answer.outputWeight += tokenWeight(text)
    answer.wroteText = true
    out.push({ type: 'delta', text })
  }
  if (typeof message.reasoning_content === 'string')
    answer.outputWeight += tokenWeight(message.reasoning_content)
  if (typeof message.refusal === 'string') answer.refusal += message.refusal
  if (Array.isArray(message.tool_calls))
    for (const [at, piece] of message.tool_calls.entries()) takeToolCall(answer, piece, at)
}

function joinParts(content: WireMessage['content']): string {
  if (!Array.isArray(content)) return ''
  return content.map((part) => (typeof part?.text === 'string' ? part.text : '')).join('')
}

/** Pieces of one call share an index; servers that send whole calls may leave it out. */
function takeToolCall(answer: Answer, piece: WireToolCall | null, at: number): void {
  if (typeof piece !== 'object' || piece === null) return
  const calls = answer.toolCalls
  const id = typeof piece.id === 'string' ? piece.id : ''
  const index = placeOf(calls, piece.index, id, at)
  if (index < 0 || index >= CALLS_MAX) return
  const args = piece.function?.arguments
  const text = typeof args === 'string' ? args : args ? JSON.stringify(args) : ''
  answer.outputWeight += tokenWeight(text)
  let call = calls[index]
  if (call === undefined) {
    call = { id: '', name: '', arguments: '' }
    calls[index] = call
  }
  if (id !== '') call.id = id
  // Some servers repeat the whole name in every piece, none sends it in halves.
  const name = piece.function?.name
  if (typeof name === 'string' && name !== '') call.name = name
  call.arguments += text
}

const CALLS_MAX = 128

function placeOf(calls: ToolCall[], index: unknown, id: string, at: number): number {
  if (typeof index === 'number') return Number.isInteger(index) ? index : at
  const same = id === '' ? -1 : calls.findIndex((call) => call?.id === id)
  if (same >= 0) return same
  // A new id opens a new call; a piece without one continues the last.
  return id !== '' || calls.length === 0 ? calls.length : calls.length - 1
}

/** More is no usage but nonsense, and would not fit the ledger's column. */
const TOKENS_MAX = 1_000_000_000

function takeUsage(answer: Answer, usage: WireUsage): void {
  const input = usage.prompt_tokens
  const output = usage.completion_tokens ?? (usage.total_tokens ?? 0) - (input ?? 0)
  if (typeof input !== 'number' || !(input >= 0) || !(output >= 0)) return
  // Servers that report with every chunk send running totals: the last one holds.
  const count = (tokens: number) => Math.min(TOKENS_MAX, Math.round(tokens))
  answer.usage = { inputTokens: count(input), outputTokens: count(output) }
}

function takeFinish(answer: Answer, reason: unknown): void {
  if (typeof reason !== 'string') return
  if (reason === 'content_filter') {
    throw new Fault('LLM_CONTENT_REFUSED', { upstream: { code: 'content_filter' } })
  }
  if (reason === 'error') throw new Fault('LLM_STREAM_CUT', { upstream: { code: 'error' } })
  const known: Record<string, FinishReason> = {
    stop: 'stop',
    eos: 'stop',
    end_turn: 'stop',
    length: 'length',
    max_tokens: 'length',
    tool_calls: 'tool-calls',
    function_call: 'tool-calls',
  }
  answer.finishReason = (Object.hasOwn(known, reason) ? known[reason] : undefined) ?? 'unknown'
}

/**
 * What is said at the end: complete tool calls. Throws when the answer is nothing but a refusal or
 * when a tool call has no name.
 */
export function finishAnswer(answer: Answer, out: ChatEvent[]): void {
  const calls = answer.toolCalls.filter((call) => call !== undefined)
  if (answer.refusal !== '' && !answer.wroteText && calls.length === 0)
    throw new Fault('LLM_CONTENT_REFUSED', { upstream: { code: 'refusal' } })
  for (const [index, call] of calls.entries()) {
    if (call.name === '')
      throw new Fault('LLM_BAD_ANSWER', { upstream: { message: 'tool call without a name' } })
    if (call.id === '') call.id = `call_${index}`
    out.push({ type: 'toolCall', ...call })
  }
  answer.finishReason ??= calls.length > 0 ? 'tool-calls' : 'stop'
}
