import { join } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Files } from '../files/index.ts'
import type { Outbound } from '../outbound/index.ts'
import type { UploadsConfig } from './config.ts'
import { type Received, type ReceiveRules, receive } from './receive.ts'
import { type SendOptions, send } from './send.ts'

export type UploadsDeps = {
  config: { uploads: UploadsConfig }
  /** Absolute data folder of this installation. */
  dataDir: string
  files: Files
  outbound: Pick<Outbound, 'connect'>
}

export type Uploads = {
  receive(request: FastifyRequest, rules: ReceiveRules): Promise<Received>
  send(request: FastifyRequest, reply: FastifyReply, options: SendOptions): Promise<FastifyReply>
}

/**
 * Files from people, taken in with suspicion and given out without risk.
 *
 * @example
 * const { files } = await uploads.receive(request, { maxFiles: 5, maxBytes: 5 * 1024 ** 2, accept: ['application/pdf'] })
 * for (const file of files) await file.accept()
 */
export function createUploads({ config, dataDir, files, outbound }: UploadsDeps): Uploads {
  const deps = {
    config: config.uploads,
    files,
    connect: (target: { host: string; port: number }) =>
      outbound.connect({ ...target, trust: 'config' }),
    folder: join(dataDir, 'tmp'),
  }
  return {
    receive: (request, rules) => receive(deps, request, rules),
    send: (request, reply, options) => send(files, request, reply, options),
  }
}
