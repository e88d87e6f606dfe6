import { binarySize } from './binary.ts'
import type { ChatRequest, Message, Part } from './types.ts'

/** Tokens that one character costs. The large vocabularies give about four Latin letters a token. */
const LATIN = 0.27
const ACCENTED = 0.5
/** Kana and common kanji are 0.7–1.1; budgets are reserved from this, so rather too much. */
const WIDE = 1
/** What a message's role and marks cost. */
const MESSAGE_OVERHEAD = 4
/** A picture of ordinary size in the tile pricing that most servers use. */
const IMAGE_TOKENS = 1100
/** PDF: servers charge text and page pictures; about one token for 60 bytes in office documents. */
const FILE_BYTES_PER_TOKEN = 60
const FILE_TOKENS_MAX = 120_000

/** Unrounded, so that the pieces of a stream add up to the whole. */
export function tokenWeight(text: string): number {
  let weight = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x80) weight += LATIN
    else if (code < 0x2e80) weight += ACCENTED
    else weight += WIDE
  }
  return weight
}

/**
 * Estimates the tokens of a text without a vocabulary: for trimming conversations, for reserving
 * budget, and for servers that send no usage.
 *
 * @example
 * estimateTokens('港に船が着く') // 6
 */
export function estimateTokens(text: string): number {
  return Math.ceil(tokenWeight(text))
}

/** Tokens of one message, pictures and files included. */
export function estimateMessageTokens(message: Message): number {
  let weight = MESSAGE_OVERHEAD
  if (typeof message.content === 'string') weight += tokenWeight(message.content)
  else if (message.content !== null) for (const part of message.content) weight += partWeight(part)
  if (message.role === 'assistant')
    for (const call of message.toolCalls ?? [])
      weight += MESSAGE_OVERHEAD + tokenWeight(call.name) + tokenWeight(call.arguments)
  return Math.ceil(weight)
}

function partWeight(part: Part): number {
  if (part.type === 'text') return tokenWeight(part.text)
  if (part.type === 'image') return IMAGE_TOKENS
  return Math.min(FILE_TOKENS_MAX, 200 + binarySize(part.data) / FILE_BYTES_PER_TOKEN)
}

/** Tokens of everything that is sent. `wireTools`: the JSON of tools and response format. */
export function estimateRequestTokens(request: ChatRequest, wireTools = ''): number {
  let tokens = 3
  for (const message of request.messages) tokens += estimateMessageTokens(message)
  return tokens + estimateTokens(wireTools)
}
