import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { RequestLog, SeenRequest } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import { answer } from './answer.ts'
import { type Behaviour, type Pace, readBehaviour } from './behaviour.ts'
import { type ChatRequest, parseChatRequest } from './chat-request.ts'
import { planChunks } from './chunks.ts'
import { complete, promptTokens, toCompletionBody } from './completion.ts'
import { embeddingBody, parseEmbeddingRequest } from './embeddings.ts'
import { badRequest, OpenAiError } from './errors.ts'
import { checkKey } from './key.ts'
import { findModel, MODELS } from './models.ts'
import { createSchemaFaults } from './schema-faults.ts'
import { detailOf, lastUserText } from './seen-detail.ts'
import { sendGarbage } from './send-garbage.ts'
import { sendStream } from './send-stream.ts'
import type { TimerWheel } from './timer-wheel.ts'

const MAX_BODY_BYTES = 96 * 1024 * 1024

export type LlmOptions = {
  scenarios: ScenarioStore
  requests: RequestLog
  wheel: TimerWheel
  pace: Pace
  now: () => Date
}

type Turn = { behaviour: Behaviour; seen: SeenRequest }

/** The OpenAI-compatible model under /v1. */
export async function llmRoutes(app: FastifyInstance, options: LlmOptions): Promise<void> {
  const faults = createSchemaFaults()
  app.setErrorHandler(sendError)
  app.setNotFoundHandler((request, reply) => sendError(unknownUrl(request), request, reply))
  app.addHook('onRequest', async (request) => checkKey(request.headers.authorization))
  app.get('/models', async () => ({ object: 'list', data: MODELS.map(modelBody) }))
  app.get<{ Params: { id: string } }>('/models/:id', async ({ params }) =>
    modelBody(MODELS.find((model) => model.id === params.id) ?? findModel(params.id, 'chat')),
  )
  app.post('/embeddings', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const embedding = parseEmbeddingRequest(request.body)
    const detail = { model: embedding.model, inputs: embedding.inputs.length }
    const turn = takeTurn(options, request, embedding.model, embedding.inputs[0] ?? '', detail)
    if (!misbehave(turn, reply)) return reply
    findModel(embedding.model, 'embedding')
    finish(turn.seen, 200)
    return embeddingBody(embedding)
  })
  app.post('/chat/completions', { bodyLimit: MAX_BODY_BYTES }, async (request, reply) => {
    const chat = parseChatRequest(request.body)
    const turn = takeTurn(options, request, chat.model, lastUserText(chat), detailOf(chat))
    try {
      return await chatTurn(chat, turn, reply, options, faults)
    } catch (error) {
      turn.seen.outcome = 'failed'
      turn.seen.status = error instanceof OpenAiError ? error.status : 500
      throw error
    }
  })
}

function takeTurn(
  options: LlmOptions,
  request: FastifyRequest,
  model: string,
  text: string,
  detail: Record<string, unknown>,
): Turn {
  const path = request.url
  const { scenario, does } = options.scenarios.take('llm', { model, text, path })
  const seen = options.requests.add({
    service: 'llm',
    method: request.method,
    path,
    scenario,
    detail,
  })
  return { behaviour: readBehaviour(does, options.pace), seen }
}

async function chatTurn(
  chat: ChatRequest,
  turn: Turn,
  reply: FastifyReply,
  options: LlmOptions,
  faults: ReturnType<typeof createSchemaFaults>,
): Promise<unknown> {
  const { behaviour, seen } = turn
  if (!misbehave(turn, reply)) return reply
  const model = findModel(chat.model, 'chat')
  const prompt = promptTokens(chat)
  if (prompt > model.contextTokens) {
    throw badRequest(
      `This model's maximum context length is ${model.contextTokens} tokens. However, your messages resulted in ${prompt} tokens. Please reduce the length of the messages.`,
      'messages',
      'context_length_exceeded',
    )
  }
  const said = await answer(chat, {
    obey: behaviour.obey || chat.model === 'sandbox-obey',
    refuse: behaviour.refuse,
    violateSchema: behaviour.violateSchema && faults.shouldViolate(chat),
  })
  const { answerTokens } = behaviour
  const completion = complete(chat, said, { prompt, answerTokens, now: options.now() })
  seen.detail.usage = completion.usage
  if (chat.stream) {
    reply.hijack()
    const plan = planChunks(completion, chat.includeUsage)
    const end = await sendStream(reply.raw, plan, behaviour, options.wheel)
    Object.assign(seen, { status: 200, outcome: end.outcome })
    seen.detail.chunks = end.chunks
    return reply
  }
  if (behaviour.cutAfterChunks !== null) return cutWhole(reply, turn)
  const pauseMs =
    behaviour.paceWhole && behaviour.tokensPerSecond > 0
      ? (completion.tokens.length / behaviour.tokensPerSecond) * 1000
      : 0
  if (!(await pause(reply, behaviour.firstTokenMs + pauseMs, options.wheel))) {
    seen.outcome = 'aborted'
    return reply
  }
  finish(seen, 200)
  return toCompletionBody(completion)
}

/** Plays the scenario's failure, if any. False: the answer is already given. */
function misbehave(turn: Turn, reply: FastifyReply): boolean {
  const { behaviour, seen } = turn
  if (behaviour.hang) {
    reply.hijack()
    reply.raw.on('close', () => {
      seen.outcome = 'aborted'
    })
    return false
  }
  if (behaviour.failure) {
    const { status, message, type, code } = behaviour.failure
    if (behaviour.retryAfterSeconds !== null) {
      reply.header('retry-after', String(behaviour.retryAfterSeconds))
    }
    finish(seen, status)
    reply.code(status).send(new OpenAiError(status, message, { type, code }).toBody())
    return false
  }
  if (behaviour.garbage) {
    reply.hijack()
    sendGarbage(reply.raw, behaviour.garbage, seen.detail.stream === true)
    Object.assign(seen, { status: 200, outcome: 'failed' })
    return false
  }
  return true
}

function cutWhole(reply: FastifyReply, turn: Turn): FastifyReply {
  reply.hijack()
  reply.raw.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' })
  reply.raw.write('{"id":"chatcmpl-cut","object":"chat.comp', () => reply.raw.destroy())
  Object.assign(turn.seen, { status: 200, outcome: 'failed' })
  return reply
}

/** Waits; false when the caller hung up meanwhile. */
function pause(reply: FastifyReply, delayMs: number, wheel: TimerWheel): Promise<boolean> {
  if (delayMs <= 0) return Promise.resolve(true)
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const cancel = wheel.after(delayMs, () => resolve(true))
  reply.raw.once('close', () => {
    cancel()
    resolve(false)
  })
  return promise
}

function finish(seen: SeenRequest, status: number): void {
  seen.status = status
  seen.outcome = status < 400 ? 'completed' : 'failed'
}

function modelBody(model: { id: string }): object {
  return { id: model.id, object: 'model', created: 1_767_225_600, owned_by: 'minato-sandbox' }
}

const unknownUrl = (request: FastifyRequest) =>
  new OpenAiError(404, `Unknown request URL: ${request.method} ${request.url}.`, {
    code: 'unknown_url',
  })

function sendError(error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OpenAiError) return reply.code(error.status).send(error.toBody())
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (status < 500) {
    // Fastify's own refusals: JSON that does not parse, a body beyond the limit, a media type.
    const message = `We could not parse the body of your request: ${(error as Error).message}`
    return reply.code(status).send(new OpenAiError(status, message).toBody())
  }
  _request.log.error(error)
  const message = 'The sandbox model failed; see its log.'
  return reply.code(500).send(new OpenAiError(500, message, { type: 'server_error' }).toBody())
}
