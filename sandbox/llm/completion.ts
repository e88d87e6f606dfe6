import { randomBytes } from 'node:crypto'
import type { Answer } from './answer.ts'
import { attachmentTokens } from './attachments.ts'
import type { ChatRequest } from './chat-request.ts'
import { countTokens, tokenize } from './tokens.ts'

type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'
type Usage = {
  prompt_tokens: number
  completion_tokens: number
  total_tokens: number
  prompt_tokens_details: { cached_tokens: number; audio_tokens: number }
  completion_tokens_details: { reasoning_tokens: number; audio_tokens: number }
}

/** An answer cut into tokens, with everything needed to send it whole or as a stream. */
export type Completion = {
  id: string
  created: number
  model: string
  tokens: string[]
  answer: Answer
  finishReason: FinishReason
  usage: Usage
}

export const REFUSAL_TEXT = "I'm sorry, but I cannot assist with that request."

const TOKENS_PER_MESSAGE = 4

export function promptTokens(request: ChatRequest): number {
  let total = 3
  for (const message of request.messages) {
    total += TOKENS_PER_MESSAGE
    for (const text of message.texts) total += countTokens(text)
    for (const call of message.toolCalls) total += countTokens(call.name + call.arguments)
    for (const attachment of message.attachments) {
      total += attachmentTokens(attachment)
      // A page of a PDF costs about as much as its bytes divided by a hundred.
      if (attachment.kind === 'file') total += Math.ceil(attachment.bytes.length / 100)
    }
  }
  if (request.tools.length > 0) total += countTokens(JSON.stringify(request.tools))
  return total
}

export function complete(
  request: ChatRequest,
  answer: Answer,
  options: { prompt: number; answerTokens: number | null; now: Date },
): Completion {
  const stopped = cutAtStop(answer.text, request.stop)
  let tokens = tokenize(stopped)
  if (options.answerTokens !== null && answer.toolCalls.length === 0) {
    tokens = fitTo(tokens, options.answerTokens)
  }
  let finishReason: FinishReason = answer.toolCalls.length > 0 ? 'tool_calls' : 'stop'
  if (answer.refusal) finishReason = 'content_filter'
  if (request.maxTokens !== null && tokens.length > request.maxTokens) {
    tokens = tokens.slice(0, request.maxTokens)
    finishReason = 'length'
  }
  const callTokens = answer.toolCalls.map((call) => countTokens(call.name + call.arguments))
  const completion = tokens.length + callTokens.reduce((sum, count) => sum + count, 0)
  return {
    id: `chatcmpl-${randomBytes(15).toString('base64url')}`,
    created: Math.floor(options.now.getTime() / 1000),
    model: request.model,
    tokens,
    answer,
    finishReason,
    usage: {
      prompt_tokens: options.prompt,
      completion_tokens: completion,
      total_tokens: options.prompt + completion,
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
    },
  }
}

function cutAtStop(text: string, stops: string[]): string {
  const found = stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0)
  return found.length > 0 ? text.slice(0, Math.min(...found)) : text
}

/** Repeats or cuts an answer to a length that a measurement has asked for. */
function fitTo(tokens: string[], length: number): string[] {
  const source = tokens.length > 0 ? tokens : [' …']
  return Array.from({ length }, (_, index) => source[index % source.length] ?? '')
}

/** The body of an answer that is not streamed. */
export function toCompletionBody(completion: Completion): object {
  const { answer } = completion
  const calls = answer.toolCalls.map(({ id, name, arguments: args }) => ({
    id,
    type: 'function',
    function: { name, arguments: args },
  }))
  const message = {
    role: 'assistant',
    content: answer.refusal || calls.length > 0 ? null : completion.tokens.join(''),
    refusal: answer.refusal ? REFUSAL_TEXT : null,
    annotations: [],
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  }
  return {
    id: completion.id,
    object: 'chat.completion',
    created: completion.created,
    model: completion.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: completion.finishReason }],
    usage: completion.usage,
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  }
}
