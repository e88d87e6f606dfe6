import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ZodError } from 'zod'
import type { AppDefinition } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'
import { MinatoError } from '../errors/index.ts'
import { findOperation } from './operations.ts'
import { describe } from './server-call.ts'

export type AdminChannel = { url: string; token: string; close(): Promise<void> }

const MAX_BODY_BYTES = 1024 * 1024

/**
 * A door for the command line on loopback: whoever can read run.json (the account that runs the
 * server) may use it, nobody else. The token is new at every start.
 */
export async function openAdminChannel(options: {
  services: Services
  apps: readonly AppDefinition[]
  root: string
}): Promise<AdminChannel> {
  const token = randomBytes(32).toString('base64url')
  const server = createServer((request, response) => {
    void answer(request, token, options).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

type Answer = { status: number; body: object }

async function answer(
  request: IncomingMessage,
  token: string,
  options: { services: Services; apps: readonly AppDefinition[]; root: string },
): Promise<Answer> {
  const name = /^\/operations\/([\w.%-]+)$/.exec(request.url ?? '')?.[1]
  if (request.method !== 'POST' || name === undefined || !authorized(request, token)) {
    return { status: 404, body: { code: 'NOT_FOUND', detail: 'Nothing here.' } }
  }
  try {
    const operation = findOperation(decodeURIComponent(name))
    const input = operation.input.parse(JSON.parse(await readBody(request)))
    const output = await operation.run(options.services, input as never, {
      apps: options.apps,
      root: options.root,
      actor: { kind: 'cli', name: 'minato' },
    })
    return { status: 200, body: { output } }
  } catch (error) {
    return failure(error, options.services)
  }
}

function failure(error: unknown, services: Services): Answer {
  if (error instanceof MinatoError) {
    return { status: error.status, body: { code: error.code, detail: describe(error) } }
  }
  if (error instanceof ZodError) {
    const detail = error.issues
      .map((issue) => `${issue.path.join('.')}: ${issue.message}`)
      .join('; ')
    return { status: 422, body: { code: 'VALIDATION_FAILED', detail } }
  }
  services.errors.capture(error, { route: 'admin channel' })
  return { status: 500, body: { code: 'INTERNAL', detail: 'The server failed; see its log.' } }
}

function authorized(request: IncomingMessage, token: string): boolean {
  // A browser page cannot send this header across origins without a preflight, which is refused.
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('The input is larger than 1 MB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
