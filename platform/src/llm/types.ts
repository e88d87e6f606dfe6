import type { ZodType } from 'zod'
import type { Binary } from './binary.ts'

/** `lite`: short helper work. `main`: what people talk to. `pro`: the best model there is. */
export type Lane = 'lite' | 'main' | 'pro'
export const LANES: readonly Lane[] = ['lite', 'main', 'pro']

export type TextPart = { type: 'text'; text: string }
/** A picture, sent as a data URL. `data`: bytes, base64 text, a data URL, or a file to be read. */
export type ImagePart = { type: 'image'; contentType: string; data: Binary }
/** A document (usually a PDF), for lanes whose `files` capability is true. */
export type FilePart = { type: 'file'; name: string; contentType: string; data: Binary }
export type Part = TextPart | ImagePart | FilePart

export type ToolCall = { id: string; name: string; arguments: string }
export type Message =
  | { role: 'system' | 'developer' | 'user'; content: string | Part[]; name?: string }
  | { role: 'assistant'; content: string | null; toolCalls?: ToolCall[] }
  | { role: 'tool'; content: string; toolCallId: string }

/** `parameters`: a zod schema, or JSON Schema as it stands. */
export type Tool = {
  name: string
  description?: string
  parameters: ZodType | Record<string, unknown>
  strict?: boolean
}
export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }
export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json' }
  | { type: 'json-schema'; name: string; schema: Record<string, unknown> }

export type ChatRequest = {
  messages: Message[]
  /** Which lane answers; `main` when neither lane nor model is given. */
  lane?: Lane
  /** A model by name, among those `models()` lists; wins over the lane. */
  model?: string
  tools?: Tool[]
  toolChoice?: ToolChoice
  responseFormat?: ResponseFormat
  maxOutputTokens?: number
  temperature?: number
  stop?: string[]
  seed?: number
}

export type CallOptions = {
  userId: string
  app: string
  /** What the answer is for, e.g. `answer`, `title`: a column of the ledger, never free text. */
  purpose: string
  /** Aborting it closes the connection to the model at once. */
  signal?: AbortSignal
  /** Whole call, retries included. Default LLM_TIMEOUT. */
  timeoutMs?: number
  conversationId?: string
  /** Sent as `Idempotency-Key`; servers that know it will not answer a retry twice. */
  idempotencyKey?: string
  /** Told which model answers, once it has begun to; a stopped answer never says it at its end. */
  onModel?: (model: string) => void
  /** Keep the answer of a deterministic call (temperature 0) for the next equal one. */
  cache?: { ttlMs: number }
}

export type Usage = {
  inputTokens: number
  outputTokens: number
  costUsd: number
  /** The server sent no usage: the tokens are our own estimate. */
  estimated: boolean
  /** False: the price table has no such model, so the cost is 0 and that is not the truth. */
  priceKnown: boolean
}

export type FinishReason = 'stop' | 'length' | 'tool-calls' | 'unknown'

export type ChatEvent =
  | { type: 'delta'; text: string }
  | ({ type: 'toolCall' } & ToolCall)
  | ({ type: 'usage' } & Usage)
  | { type: 'done'; finishReason: FinishReason; model: string }

export type ChatResult = {
  text: string
  toolCalls: ToolCall[]
  finishReason: FinishReason
  model: string
  usage: Usage
  cached: boolean
}
