import type { ChatRequest, Message, Part } from '@minato/platform/llm'
import type { CompletionRequest, WireContent, WireMessage } from './openai-schema.ts'

/** OpenAI's request in the platform's terms. */
export function toChatRequest(body: CompletionRequest): ChatRequest {
  const maxOutputTokens = body.max_completion_tokens ?? body.max_tokens
  const stop = typeof body.stop === 'string' ? [body.stop] : body.stop
  return {
    model: body.model,
    messages: body.messages.map(toMessage),
    ...(maxOutputTokens == null ? {} : { maxOutputTokens }),
    ...(body.temperature == null ? {} : { temperature: body.temperature }),
    ...(stop == null ? {} : { stop }),
    ...(body.seed == null ? {} : { seed: body.seed }),
    ...(body.tools == null ? {} : { tools: body.tools.map((tool) => tool.function) }),
    ...(body.tool_choice == null ? {} : { toolChoice: toToolChoice(body.tool_choice) }),
    ...(body.response_format == null ? {} : { responseFormat: toFormat(body.response_format) }),
  } as ChatRequest
}

function toToolChoice(choice: NonNullable<CompletionRequest['tool_choice']>) {
  return typeof choice === 'string' ? choice : { name: choice.function.name }
}

function toFormat(format: NonNullable<CompletionRequest['response_format']>) {
  if (format.type === 'json_schema') return { type: 'json-schema', ...format.json_schema }
  return { type: format.type === 'json_object' ? 'json' : 'text' }
}

function toMessage(message: WireMessage): Message {
  if (message.role === 'tool') {
    return { role: 'tool', toolCallId: message.tool_call_id, content: plainText(message.content) }
  }
  if (message.role === 'assistant') {
    const toolCalls = message.tool_calls?.map((call) => ({ id: call.id, ...call.function }))
    return {
      role: 'assistant',
      content: message.content == null ? null : plainText(message.content),
      ...(toolCalls === undefined ? {} : { toolCalls }),
    }
  }
  const { role, content, name } = message
  const parts = typeof content === 'string' ? content : content.map(toPart)
  return { role, content: parts, ...(name === undefined ? {} : { name }) }
}

function toPart(part: Exclude<WireContent, string>[number]): Part {
  if (part.type === 'text') return part
  if (part.type === 'image_url') {
    const { url } = part.image_url
    return { type: 'image', contentType: url.slice(5, url.indexOf(';')), data: url }
  }
  const { filename, file_data: data } = part.file
  const contentType = /^data:([^;,]+)/.exec(data)?.[1] ?? 'application/octet-stream'
  return { type: 'file', name: filename, contentType, data }
}

function plainText(content: WireContent): string {
  if (typeof content === 'string') return content
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('')
}
