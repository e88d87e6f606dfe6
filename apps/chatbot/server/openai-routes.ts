import { randomUUID } from 'node:crypto'
import type { RouteServer } from '@minato/platform/app'
import { MinatoError } from '@minato/platform/errors'
import { principalOf } from '@minato/platform/http'
import { createOutputFilter, llmErrors } from '@minato/platform/llm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { allowedModels } from './models.ts'
import { openAiError, openAiErrors } from './openai-errors.ts'
import { toChatRequest } from './openai-request.ts'
import { type CompletionRequest, completionRequest } from './openai-schema.ts'
import type { ChatbotServices } from './write-answer.ts'

const BODY_BYTES = 20 * 1024 * 1024

/** The OpenAI-compatible door: metered and limited like the page. */
export function openAiRoutes(root: RouteServer, services: ChatbotServices): void {
  void root.register(
    async (scope) => {
      const server = scope as RouteServer
      openAiErrors(server, services)
      server.get('/models', { config: { permission: 'chatbot.api', rate: 'read' } }, async () => ({
        object: 'list',
        data: (await allowedModels(services)).map(({ id }) => ({
          id,
          object: 'model',
          created: 0,
          owned_by: 'minato',
        })),
      }))
      server.post(
        '/chat/completions',
        {
          config: { permission: 'chatbot.api', rate: 'generation', sensitive: true },
          bodyLimit: BODY_BYTES,
          schema: { body: completionRequest },
        },
        async (request, reply) => {
          const models = await allowedModels(services)
          const { model } = request.body
          if (!models.some(({ id }) => id === model)) throw llmErrors.LLM_MODEL_UNKNOWN({ model })
          return request.body.stream === true
            ? await streamCompletion(services, request, reply, request.body)
            : await completeOnce(services, request, reply, request.body)
        },
      )
    },
    { prefix: '/v1' },
  )
}

function callOf(request: FastifyRequest, signal: AbortSignal) {
  return { userId: principalOf(request).userId, app: 'chatbot', purpose: 'api', signal }
}

/** Aborted when the client goes away: the model stops writing for nobody. */
function clientGone(reply: FastifyReply): AbortSignal {
  const aborter = new AbortController()
  // The response's close, not the socket's: a connection serves many requests.
  reply.raw.once('close', () => {
    // Nothing is left to stop after a whole answer, and an abort makes an error with its stack.
    if (!reply.raw.writableFinished) aborter.abort()
  })
  return aborter.signal
}

async function completeOnce(
  services: ChatbotServices,
  request: FastifyRequest,
  reply: FastifyReply,
  body: CompletionRequest,
) {
  const result = await services.llm.chat(toChatRequest(body), callOf(request, clientGone(reply)))
  const { inputTokens, outputTokens } = result.usage
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion',
    created: Math.floor(services.clock() / 1000),
    model: result.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: result.text === '' && result.toolCalls.length > 0 ? null : filtered(result.text),
          refusal: null,
          ...(result.toolCalls.length === 0
            ? {}
            : { tool_calls: result.toolCalls.map(wireToolCall) }),
        },
        logprobs: null,
        finish_reason: wireReason(result.finishReason),
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  }
}

function filtered(text: string): string {
  const filter = createOutputFilter({ systemPrompt: '', canaries: [] })
  return filter.push(text) + filter.end()
}

function wireToolCall(call: { id: string; name: string; arguments: string }) {
  return { id: call.id, type: 'function', function: { name: call.name, arguments: call.arguments } }
}

function wireReason(reason: string): string {
  return reason === 'tool-calls' ? 'tool_calls' : reason === 'length' ? 'length' : 'stop'
}

async function streamCompletion(
  services: ChatbotServices,
  request: FastifyRequest,
  reply: FastifyReply,
  body: CompletionRequest,
): Promise<FastifyReply> {
  const events = services.llm.stream(toChatRequest(body), callOf(request, clientGone(reply)))
  const iterator = events[Symbol.asyncIterator]()
  // The first event decides between an answer with a status and a stream: a refused key is a 401.
  let step = await iterator.next()
  const head = {
    id: `chatcmpl-${randomUUID()}`,
    object: 'chat.completion.chunk',
    created: Math.floor(services.clock() / 1000),
    model: body.model,
  }
  const headers = reply.getHeaders() as Record<string, string>
  reply.hijack()
  reply.raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const send = (chunk: object) => reply.raw.write(`data: ${JSON.stringify(chunk)}\n\n`)
  const delta = (content: object, finish: string | null = null) =>
    send({
      ...head,
      choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish }],
    })
  const filter = createOutputFilter({ systemPrompt: '', canaries: [] })
  delta({ role: 'assistant', content: '' })
  try {
    let toolIndex = 0
    let usage: object | undefined
    let finishReason = 'stop'
    for (; step.done !== true; step = await iterator.next()) {
      const event = step.value
      if (event.type === 'delta') {
        const content = filter.push(event.text)
        if (content !== '') delta({ content })
      } else if (event.type === 'toolCall') {
        delta({ tool_calls: [{ index: toolIndex, ...wireToolCall(event) }] })
        toolIndex += 1
      } else if (event.type === 'usage') {
        usage = wireUsage(event)
      } else {
        finishReason = wireReason(event.finishReason)
      }
    }
    const rest = filter.end()
    if (rest !== '') delta({ content: rest })
    delta({}, finishReason)
    if (body.stream_options?.include_usage === true) send({ ...head, choices: [], usage })
    reply.raw.write('data: [DONE]\n\n')
  } catch (error) {
    if (error instanceof MinatoError) send(openAiError(error, request.locale))
    else if (!reply.raw.destroyed) services.errors.capture(error, { route: '/v1' })
  }
  reply.raw.end()
  return reply
}

function wireUsage({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
  }
}
