import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import { isLoopbackHost } from '../control/host-check.ts'
import type { RequestLog } from '../control/request-log.ts'
import type { ScenarioStore } from '../control/scenario-store.ts'
import { authenticate } from './authenticate.ts'
import { NotModified, S3Error } from './errors.ts'
import type { ObjectStore } from './object-store.ts'
import { findOperation } from './router.ts'
import type { Credentials } from './signature.ts'
import type { Uploads } from './uploads.ts'
import { readTarget } from './uri.ts'
import { writeXml } from './xml.ts'

export type S3Options = {
  host: string
  port: number
  store: ObjectStore
  uploads: Uploads
  credentials: Credentials
  scenarios: ScenarioStore
  requests: RequestLog
  logger?: FastifyBaseLogger | undefined
  now: () => Date
}

export type S3Service = { endpoint: string; close(): Promise<void> }

/**
 * S3 over its real protocol, on a port of its own: signatures cover the path, so nothing may be
 * mounted in front of it.
 */
export async function startS3(options: S3Options): Promise<S3Service> {
  const server = createServer((request, response) => {
    handle(request, response, options).catch((error: unknown) => {
      options.logger?.error({ err: error }, 's3.answer.failed')
      response.destroy()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => resolve())
  })
  return {
    endpoint: `http://${options.host}:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
): Promise<void> {
  const requestId = randomBytes(8).toString('hex').toUpperCase()
  response.setHeader('x-amz-request-id', requestId)
  response.setHeader('server', 'MinatoSandboxS3')
  const path = (request.url ?? '/').split('?')[0] ?? '/'
  const method = request.method ?? ''
  const seen = options.requests.add({ service: 's3', method, path, scenario: 'normal', detail: {} })
  try {
    await answer(request, response, options, (operation, scenario) => {
      seen.scenario = scenario
      seen.detail.operation = operation
    })
    seen.outcome = 'completed'
  } catch (error) {
    seen.outcome = response.headersSent && request.destroyed ? 'aborted' : 'failed'
    sendError(error, request, response, requestId, options)
  }
  seen.status = response.headersSent ? response.statusCode : null
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: S3Options,
  note: (operation: string, scenario: string) => void,
): Promise<void> {
  if (!isLoopbackHost(request.headers.host)) {
    const message = 'The sandbox serves loopback names only; use path-style addresses.'
    throw new S3Error('InvalidRequest', message)
  }
  const target = readTarget(request.url ?? '/')
  const [, bucketName = '', ...rest] = target.path.split('/')
  const key = rest.join('/')
  const { credentials, store, uploads } = options
  const auth = authenticate(request, target, credentials, options.now())
  const copies = request.headers['x-amz-copy-source'] !== undefined
  const operation = findOperation(request.method ?? '', target, { bucketName, key, copies })
  const facts = { at: operation.at, operation: operation.name, key }
  const { scenario, does } = options.scenarios.take('s3', facts)
  note(operation.name, scenario)
  if (typeof does.delayMs === 'number') await delay(does.delayMs)
  if (typeof does.status === 'number') throw new ScenarioFailure(does)
  const { region } = credentials
  await operation.run({
    request,
    response,
    target,
    auth,
    bucketName,
    key,
    store,
    uploads,
    region,
    does,
  })
}

class ScenarioFailure extends Error {
  readonly status: number
  readonly code: string
  readonly extra = {}
  constructor(does: Record<string, unknown>) {
    super(String(does.message))
    this.name = 'ScenarioFailure'
    this.status = Number(does.status)
    this.code = String(does.code)
  }
}

function sendError(
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  options: S3Options,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  if (error instanceof NotModified) {
    response.writeHead(304, { etag: error.etag }).end()
    return
  }
  const known = error instanceof S3Error || error instanceof ScenarioFailure
  const failure = known ? error : new S3Error('InternalError')
  if (!known && !isAbort(error)) options.logger?.error({ err: error }, 's3.request.failed')
  const { code, message, extra } = failure
  const Resource = (request.url ?? '').split('?')[0]
  const content = { Code: code, Message: message, ...extra, Resource, RequestId: requestId }
  const body = request.method === 'HEAD' ? '' : writeXml('Error', content, false)
  // A body that is still under way is not read to its end: the connection closes after the answer.
  const unread = !request.complete
  response.writeHead(failure.status, {
    'content-type': 'application/xml',
    ...(unread ? { connection: 'close' } : {}),
  })
  response.end(body)
  if (unread) drain(request)
}

const MAX_DRAINED_BYTES = 8 * 1024 ** 2

/** A client still sending would meet a reset and never read why; so some of it is swallowed. */
function drain(request: IncomingMessage): void {
  let drained = 0
  request.on('data', (bytes: Buffer) => {
    drained += bytes.length
    if (drained > MAX_DRAINED_BYTES) request.destroy()
  })
  request.on('error', () => {})
}

function isAbort(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR'
}
