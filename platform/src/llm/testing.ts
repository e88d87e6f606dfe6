import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Database } from '../data/index.ts'
import { createLogger, Secret } from '../log/index.ts'
import { createOutbound } from '../outbound/index.ts'
import type { LlmConfig } from './config.ts'
import { createLlm, type Llm, type LlmDeps } from './create-llm.ts'

/** What a scripted model server was asked. */
export type Asked = {
  path: string
  headers: IncomingMessage['headers']
  body: Record<string, unknown>
}
/** Answers one request; `turn` counts the requests from 0. */
export type Script = (asked: Asked, response: ServerResponse, turn: number) => unknown

export type ScriptedModel = {
  url: string
  asked: Asked[]
  /** Resolves when a client closed its connection before the answer was over. */
  hungUp: Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * A model server on loopback that answers what a test wants it to, byte by byte: for quirks and
 * faults that the sandbox model does not have.
 *
 * @example
 * await using model = await scriptedModel((asked, response) => sse(response, [chunk('Hi')]))
 */
export async function scriptedModel(script: Script): Promise<ScriptedModel> {
  const asked: Asked[] = []
  const sockets = new Set<Socket>()
  const hungUp = Promise.withResolvers<void>()
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const text = Buffer.concat(pieces).toString()
    const turn = asked.length
    const entry = {
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    }
    asked.push(entry)
    response.on('close', () => {
      if (!response.writableFinished) hungUp.resolve()
    })
    await script(entry, response, turn)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    hungUp: hungUp.promise,
    async [Symbol.asyncDispose]() {
      // No new connections first: one that came after the others were ended would keep it open.
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

/** One chunk of a streamed answer, as JSON text. */
export function chunk(text: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ choices: [{ index: 0, delta: { content: text }, ...more }] })
}

/** Sends `data:` lines as an event stream and, unless told otherwise, `[DONE]`. */
export function sse(response: ServerResponse, data: readonly string[], done = true): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const item of data) response.write(`data: ${item}\n\n`)
  if (done) response.write('data: [DONE]\n\n')
  response.end()
}

export function json(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** A whole answer as POST /chat/completions gives it without `stream`. */
export function completion(content: string, usage = { prompt_tokens: 5, completion_tokens: 7 }) {
  return {
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage,
  }
}

export function testLlmConfig(overrides: Partial<LlmConfig> = {}): LlmConfig {
  return {
    url: undefined,
    apiKey: new Secret('sk-test', { register: false }),
    model: 'sandbox-main',
    laneLite: undefined,
    laneMain: undefined,
    lanePro: undefined,
    fallbackModel: undefined,
    models: [],
    embedModel: undefined,
    files: undefined,
    images: true,
    contextTokens: 32_000,
    maxOutputTokens: 256,
    prices: {},
    monthlyCapUsd: null,
    monthlyCapTokens: null,
    timeoutMs: 60_000,
    firstTokenTimeoutMs: 60_000,
    idleTimeoutMs: 60_000,
    retries: 0,
    concurrency: 100,
    userConcurrency: 50,
    queueMs: 30_000,
    ...overrides,
  }
}

export type LogLine = { level: string; event: string; fields: Record<string, unknown> }

/** A logger that keeps its lines. */
export function recordingLog() {
  const lines: LogLine[] = []
  const write =
    (level: string) =>
    (event: string, fields: object = {}) => {
      lines.push({ level, event, fields: { ...fields } })
    }
  return {
    lines,
    log: { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
  }
}

/**
 * The real client against a server of the test's choice.
 *
 * @example
 * await using llm = testLlm({ db, url: model.url })
 */
export function testLlm(
  options: { db: Database; url: string; config?: Partial<LlmConfig> } & Partial<
    Omit<LlmDeps, 'config' | 'db'>
  >,
): Llm & AsyncDisposable {
  const { url, config, ...deps } = options
  const outbound = createOutbound({ breaker: { failures: Number.POSITIVE_INFINITY } })
  const llm = createLlm({
    log: createLogger({ level: 'fatal' }),
    clock: Date.now,
    outbound,
    ...deps,
    config: { llm: testLlmConfig({ url, ...config }) },
  } as LlmDeps)
  return {
    ...llm,
    async [Symbol.asyncDispose]() {
      await llm.flush()
      await outbound.close()
    },
  }
}
