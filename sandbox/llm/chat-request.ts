import { readContent } from './content.ts'
import { badRequest } from './errors.ts'
import { isObject, type JsonObject } from './json-object.ts'
import { readResponseFormat } from './response-format.ts'
import { readToolChoice, readTools } from './tool-definitions.ts'

export type Attachment =
  | { kind: 'image'; mediaType: string; byteLength: number; width: number; height: number }
  | { kind: 'file'; name: string; mediaType: string; bytes: Buffer }

export type ToolCall = { id: string; name: string; arguments: string }

export type ChatMessage = {
  role: 'system' | 'developer' | 'user' | 'assistant' | 'tool'
  /** Text parts are kept apart: callers put one source in one part. */
  texts: string[]
  attachments: Attachment[]
  toolCalls: ToolCall[]
  toolCallId: string | null
}

export type JsonSchema = { [keyword: string]: unknown }
export type ToolDefinition = { name: string; description: string; parameters: JsonSchema }
export type ToolChoice = 'auto' | 'none' | 'required' | { name: string }
export type ResponseFormat =
  | { type: 'text' }
  | { type: 'json_object' }
  | { type: 'json_schema'; name: string; schema: JsonSchema }

export type ChatRequest = {
  model: string
  messages: ChatMessage[]
  stream: boolean
  includeUsage: boolean
  maxTokens: number | null
  stop: string[]
  tools: ToolDefinition[]
  toolChoice: ToolChoice
  responseFormat: ResponseFormat
}

const PARAMETERS = new Set(
  `audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
  max_tokens messages metadata modalities model moderation n parallel_tool_calls prediction
  presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort
  response_format safety_identifier seed service_tier stop store stream stream_options temperature
  tool_choice tools top_logprobs top_p user verbosity web_search_options`.split(/\s+/),
)

/** Parses the body as the real service does: what it refuses is refused, with the same shape. */
export function parseChatRequest(body: unknown): ChatRequest {
  if (!isObject(body)) throw badRequest('The request body must be a JSON object.')
  for (const name of Object.keys(body)) {
    if (!PARAMETERS.has(name)) {
      throw badRequest(`Unrecognized request argument supplied: ${name}`, name, 'unknown_parameter')
    }
  }
  if (typeof body.model !== 'string' || body.model === '') {
    throw badRequest("Missing required parameter: 'model'.", 'model', 'missing_required_parameter')
  }
  const messages = readMessages(body.messages)
  const stream = body.stream === true
  const tools = readTools(body.tools)
  checkRange(body, 'temperature', 0, 2)
  checkRange(body, 'top_p', 0, 1)
  checkRange(body, 'presence_penalty', -2, 2)
  checkRange(body, 'frequency_penalty', -2, 2)
  if (body.n !== undefined && body.n !== null && body.n !== 1) {
    throw badRequest("Invalid 'n': the sandbox gives one choice; leave n out or send 1.", 'n')
  }
  return {
    model: body.model,
    messages,
    stream,
    includeUsage: readIncludeUsage(body, stream),
    maxTokens: readMaxTokens(body),
    stop: readStop(body.stop),
    tools,
    toolChoice: readToolChoice(body.tool_choice, tools),
    responseFormat: readResponseFormat(body.response_format, messages),
  }
}

const ROLES = ['system', 'developer', 'user', 'assistant', 'tool'] as const

function readMessages(value: unknown): ChatMessage[] {
  if (value === undefined) {
    throw badRequest("Missing required parameter: 'messages'.", 'messages')
  }
  if (!Array.isArray(value) || value.length === 0) {
    throw badRequest(
      "Invalid 'messages': expected an array with at least one message.",
      'messages',
      'empty_array',
    )
  }
  const messages: ChatMessage[] = []
  const openCalls = new Set<string>()
  value.forEach((raw: unknown, index) => {
    const message = readMessage(raw, `messages[${index}]`)
    if (message.role === 'tool') {
      if (message.toolCallId === null || !openCalls.delete(message.toolCallId)) {
        throw badRequest(
          "Invalid parameter: messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
          `messages.[${index}].role`,
        )
      }
    } else if (openCalls.size > 0) {
      throw badRequest(
        `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. Missing: ${[...openCalls].join(', ')}`,
        `messages.[${index}].role`,
      )
    }
    for (const call of message.toolCalls) openCalls.add(call.id)
    messages.push(message)
  })
  return messages
}

function readMessage(raw: unknown, param: string): ChatMessage {
  if (!isObject(raw)) throw badRequest(`Invalid type for '${param}': expected an object.`, param)
  const role = ROLES.find((known) => known === raw.role)
  if (!role) {
    throw badRequest(
      `Invalid value: '${String(raw.role)}'. Supported values are: ${ROLES.join(', ')}.`,
      `${param}.role`,
      'invalid_value',
    )
  }
  const toolCalls = readToolCalls(raw.tool_calls, `${param}.tool_calls`)
  const content = readContent(raw.content, role, toolCalls.length > 0, `${param}.content`)
  const toolCallId = typeof raw.tool_call_id === 'string' ? raw.tool_call_id : null
  return { role, ...content, toolCalls, toolCallId }
}

function readToolCalls(value: unknown, param: string): ToolCall[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value))
    throw badRequest(`Invalid type for '${param}': expected an array.`, param)
  return value.map((raw: unknown, index) => {
    const call = isObject(raw) && isObject(raw.function) ? raw.function : {}
    const id = isObject(raw) ? raw.id : undefined
    if (
      typeof id !== 'string' ||
      typeof call.name !== 'string' ||
      typeof call.arguments !== 'string'
    ) {
      const at = `${param}[${index}]`
      throw badRequest(`Invalid '${at}': expected id, function.name and function.arguments.`, at)
    }
    return { id, name: call.name, arguments: call.arguments }
  })
}

function checkRange(body: JsonObject, name: string, least: number, most: number): void {
  const value = body[name]
  if (value === undefined || value === null) return
  if (typeof value !== 'number' || value < least || value > most) {
    throw badRequest(
      `Invalid '${name}': expected a number between ${least} and ${most}.`,
      name,
      'invalid_value',
    )
  }
}

function readIncludeUsage(body: JsonObject, stream: boolean): boolean {
  const options = body.stream_options
  if (options === undefined || options === null) return false
  if (!stream) {
    throw badRequest(
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
      'stream_options',
    )
  }
  return isObject(options) && options.include_usage === true
}

function readMaxTokens(body: JsonObject): number | null {
  for (const name of ['max_completion_tokens', 'max_tokens']) {
    const value = body[name]
    if (value === undefined || value === null) continue
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1) {
      throw badRequest(`Invalid '${name}': expected an integer of at least 1.`, name)
    }
    return value
  }
  return null
}

function readStop(value: unknown): string[] {
  if (value === undefined || value === null) return []
  const stops: unknown[] = Array.isArray(value) ? value : [value]
  if (stops.length > 4 || !stops.every((stop) => typeof stop === 'string' && stop !== '')) {
    throw badRequest("Invalid 'stop': expected a string or up to four strings.", 'stop')
  }
  return stops as string[]
}
