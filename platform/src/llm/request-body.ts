import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Binary, base64Length, base64Pieces, binarySize } from './binary.ts'
import { isStrict, jsonSchemaOf } from './json-schema.ts'
import type { Quirks } from './quirks.ts'
import type { ChatRequest, Message, Part, ResponseFormat, Tool } from './types.ts'

/** A body ready to send: text, or a stream of known length that can be opened again. */
export type Body =
  | { kind: 'text'; text: string }
  | { kind: 'stream'; length: number; open: () => AsyncGenerator<Uint8Array> }

type Target = { model: string; stream: boolean; maxOutputTokens: number; quirks: Quirks }

/** Builds what POST /chat/completions takes. */
export function chatBody(request: ChatRequest, target: Target): Body {
  const attached: Attached = { nonce: randomUUID(), data: [] }
  const wire = {
    model: target.model,
    messages: request.messages.map((message) => wireMessage(message, attached)),
    ...wireOptions(request, target),
  }
  const text = JSON.stringify(wire)
  return attached.data.length === 0 ? { kind: 'text', text } : streamBody(text, attached)
}

function wireOptions(request: ChatRequest, target: Target) {
  const { quirks } = target
  const limit = quirks.has('max-completion-tokens') ? 'max_completion_tokens' : 'max_tokens'
  const usage = target.stream && !quirks.has('no-stream-options')
  return {
    ...(target.stream ? { stream: true } : {}),
    ...(usage ? { stream_options: { include_usage: true } } : {}),
    ...(quirks.has('no-max-tokens') ? {} : { [limit]: target.maxOutputTokens }),
    ...(request.temperature === undefined || quirks.has('no-temperature')
      ? {}
      : { temperature: request.temperature }),
    ...(request.stop === undefined ? {} : { stop: request.stop }),
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    ...wireTools(request),
    ...wireFormat(request.responseFormat, quirks),
  }
}

/** Tools and format as they are sent: they cost tokens too. */
export function wireTools(request: Pick<ChatRequest, 'tools' | 'toolChoice'>) {
  if (request.tools === undefined || request.tools.length === 0) return {}
  const choice = request.toolChoice
  return {
    tools: request.tools.map(wireTool),
    ...(choice === undefined
      ? {}
      : {
          tool_choice:
            typeof choice === 'string'
              ? choice
              : { type: 'function', function: { name: choice.name } },
        }),
  }
}

function wireTool(tool: Tool) {
  const { name, description, parameters, strict } = tool
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: parameters instanceof z.ZodType ? jsonSchemaOf(parameters) : parameters,
      ...(strict === undefined ? {} : { strict }),
    },
  }
}

export function wireFormat(format: ResponseFormat | undefined, quirks: Quirks) {
  if (format === undefined || format.type === 'text' || quirks.has('no-json-object')) return {}
  if (format.type === 'json' || quirks.has('no-json-schema'))
    return { response_format: { type: 'json_object' } }
  const { name, schema } = format
  return {
    response_format: {
      type: 'json_schema',
      json_schema: { name, schema, strict: isStrict(schema) },
    },
  }
}

function wireMessage(message: Message, attached: Attached) {
  if (message.role === 'tool')
    return { role: 'tool', tool_call_id: message.toolCallId, content: message.content }
  if (message.role === 'assistant') {
    const calls = message.toolCalls ?? []
    if (calls.length === 0) return { role: 'assistant', content: message.content ?? '' }
    return {
      role: 'assistant',
      content: message.content,
      tool_calls: calls.map(({ id, name, arguments: args }) => ({
        id,
        type: 'function',
        function: { name, arguments: args },
      })),
    }
  }
  const { role, content, name } = message
  return {
    role,
    content: typeof content === 'string' ? content : content.map((p) => wirePart(p, attached)),
    ...(name === undefined ? {} : { name }),
  }
}

function wirePart(part: Part, attached: Attached) {
  if (part.type === 'text') return { type: 'text', text: part.text }
  const slot = `data:${part.contentType};base64,${markFor(attached, part.data)}`
  if (part.type === 'image') return { type: 'image_url', image_url: { url: slot } }
  return { type: 'file', file: { filename: part.name, file_data: slot } }
}

/**
 * Bytes are not put into the JSON but into a stream around it. Their place is marked with a nonce,
 * so that no text a person typed can be mistaken for it.
 */
type Attached = { nonce: string; data: Binary[] }

function markFor(attached: Attached, data: Binary): string {
  return `${attached.nonce}:${attached.data.push(data) - 1};`
}

function streamBody(text: string, attached: Attached): Body {
  const { nonce, data } = attached
  let from = 0
  const pieces = data.map((_, index) => {
    const mark = `${nonce}:${index};`
    const at = text.indexOf(mark, from)
    const piece = Buffer.from(text.slice(from, at))
    from = at + mark.length
    return piece
  })
  const tail = Buffer.from(text.slice(from))
  let length = tail.length
  for (const piece of pieces) length += piece.length
  for (const item of data) length += base64Length(binarySize(item))
  return {
    kind: 'stream',
    length,
    async *open() {
      for (const [index, item] of data.entries()) {
        yield pieces[index] ?? tail
        for await (const encoded of base64Pieces(item)) yield Buffer.from(encoded, 'latin1')
      }
      yield tail
    },
  }
}
