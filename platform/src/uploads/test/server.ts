import { mkdtemp, readdir, rm } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import multipart from '@fastify/multipart'
import Fastify, { type FastifyInstance } from 'fastify'
import { MinatoError } from '../../errors/index.ts'
import { createFiles, type Files } from '../../files/index.ts'
import { createLogger } from '../../log/index.ts'
import type { Received, ReceiveRules, SendOptions } from '../index.ts'
import { createUploads } from '../index.ts'

export type UploadServer = AsyncDisposable & {
  url: string
  app: FastifyInstance
  files: Files
  folder: string
  /** What the last successful request received. */
  received: () => Received | undefined
  /** Every file below the data folder, temporary ones included. */
  everyFile(): Promise<string[]>
  post(form: FormData): Promise<{ status: number; body: Record<string, unknown> }>
}

/** A real server on a free port with one route that receives and one that sends. */
export async function uploadServer(options: {
  rules: ReceiveRules
  send?: SendOptions
  clamdUrl?: string
  connect?: (target: { host: string; port: number }) => Promise<Socket>
  maxPixels?: number
  files?: (files: Files) => Files
}): Promise<UploadServer> {
  const folder = await mkdtemp(join(tmpdir(), 'minato-uploads-'))
  const disk = createFiles({
    config: {
      files: {
        filesUrl: undefined,
        accessKeyId: undefined,
        secretAccessKey: undefined,
        role: false,
        taskPath: undefined,
      },
    },
    dataDir: folder,
    publicUrl: 'http://127.0.0.1',
    keys: { derive: () => Buffer.alloc(32, 1) },
    clock: Date.now,
    outbound: {
      requestHandler: () => undefined,
      fetch: () => Promise.reject(new Error('no network')),
    },
    role: 'web',
    log: createLogger({ level: 'fatal' }),
    onClose: () => undefined,
  })
  const files = options.files?.(disk) ?? disk
  const uploads = createUploads({
    config: {
      uploads: { clamdUrl: options.clamdUrl, maxPixels: options.maxPixels ?? 50_000_000 },
    },
    dataDir: folder,
    files,
    outbound: { connect: options.connect ?? (() => Promise.reject(new Error('no network'))) },
  })
  let last: Received | undefined
  const app = Fastify({ bodyLimit: 1024 })
  await app.register(multipart)
  app.setErrorHandler((error, _request, reply) => {
    if (!(error instanceof MinatoError))
      return reply.code(500).send({ code: 'INTERNAL', detail: String(error) })
    return reply
      .code(error.status)
      .headers(error.headers)
      .send({ code: error.code, detail: error.detail.en, ja: error.detail.ja })
  })
  app.post('/', async (request) => {
    last = await uploads.receive(request, options.rules)
    return { files: last.files, fields: last.fields }
  })
  const sending = options.send
  if (sending) app.get('/', (request, reply) => uploads.send(request, reply, sending))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/`
  return {
    url,
    app,
    files: disk,
    folder,
    received: () => last,
    everyFile: async () => {
      const entries = await readdir(folder, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
    },
    post: async (form) => {
      const response = await fetch(url, { method: 'POST', body: form })
      return { status: response.status, body: (await response.json()) as Record<string, unknown> }
    },
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function formOf(
  files: Record<string, Uint8Array | string>,
  fields: Record<string, string> = {},
): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const [name, content] of Object.entries(files)) {
    form.append('files', new Blob([content as Uint8Array<ArrayBuffer>]), name)
  }
  return form
}
