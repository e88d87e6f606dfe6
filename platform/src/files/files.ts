import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Logger } from '../log/index.ts'
import type { FilesConfig } from './config.ts'
import { createDiskStore } from './disk-store.ts'
import { fileKey, filePrefix } from './file-key.ts'
import { lazyStore } from './lazy-store.ts'
import { publicOrigins } from './public-origins.ts'
import type { RoleOptions } from './role-credentials.ts'
import { type FilesServer, linkRoutes } from './routes.ts'
import type { OutboundHandler } from './s3-client.ts'
import { s3Credentials } from './s3-credentials.ts'
import { checkLink, type LinkOptions, signLink } from './signed-link.ts'
import type { ByteRange, FileList, FileStore, PutOptions, ReadFile, StoredFile } from './store.ts'
import { type Swept, sweep } from './sweep.ts'
import { startSweeper } from './sweeper.ts'

/** What `createFiles` needs of the services. */
export type FilesDeps = {
  config: { files: FilesConfig }
  /** Absolute data folder of this installation. */
  dataDir: string
  /** Address people use, without a trailing slash. */
  publicUrl: string
  keys: { derive(label: string): Buffer }
  clock: () => number
  outbound: OutboundHandler & RoleOptions['outbound']
  log: Logger
  /** A web process leaves the sweeping to the workers. */
  role: 'all' | 'web' | 'worker'
  onClose(name: string, close: () => Promise<void> | void): void
}

export type Health = { kind: 'disk' | 's3'; latencyMs: number }

/** Bytes under keys, on disk or in an object store; every app's files go through it. */
export type Files = {
  kind: 'disk' | 's3'
  put(key: string, source: Uint8Array | Readable, options: PutOptions): Promise<StoredFile>
  get(key: string, options?: { range?: ByteRange }): Promise<ReadFile>
  stat(key: string): Promise<StoredFile | undefined>
  list(prefix: string, cursor?: string | null, limit?: number): Promise<FileList>
  delete(key: string): Promise<void>
  copy(from: string, to: string): Promise<StoredFile>
  signedUrl(key: string, options: LinkOptions): Promise<string>
  /** GET /files/…: where the disk store's signed links lead. S3 serves its own. */
  routes(server: FilesServer): void
  /** Where the browser may load files from, for the content security policy; empty for the disk store. */
  publicOrigins(): string[]
  sweep(): Promise<Swept>
  /** @throws FILES_UNAVAILABLE or FILES_STORAGE_FULL when files cannot be written or read now */
  health(): Promise<Health>
  store: FileStore
}

const LIST_LIMIT = 100
const MAX_LIST_LIMIT = 1000

/**
 * The files of this installation: `FILES_URL=s3://…`, else the folder `files` of the data folder.
 *
 * @example
 * const files = createFiles(services)
 * const { sha256 } = await files.put('reports/2026-11.csv', csv, { contentType: 'text/csv' })
 */
export function createFiles(deps: FilesDeps): Files {
  const store = openFileStore(deps)
  if (deps.role !== 'web') deps.onClose('files sweeper', startSweeper({ ...deps, store }))
  const signer = { secret: deps.keys.derive('files.signed-link'), clock: deps.clock }
  return {
    kind: store.kind,
    store,
    put: (key, source, options) => store.put(fileKey(key), source, options),
    get: (key, options) => store.get(fileKey(key), options?.range),
    stat: (key) => store.stat(fileKey(key)),
    list: (prefix, cursor = null, limit = LIST_LIMIT) =>
      store.list(filePrefix(prefix), cursor, Math.max(1, Math.min(limit, MAX_LIST_LIMIT))),
    delete: (key) => store.delete(fileKey(key)),
    copy: (from, to) => store.copy(fileKey(from), fileKey(to)),
    signedUrl: async (key, options) =>
      (await store.presign?.(fileKey(key), options)) ??
      deps.publicUrl + signLink(signer, fileKey(key), options),
    routes: (server) =>
      linkRoutes(server, { store, checkLink: (key, query) => checkLink(signer, key, query) }),
    publicOrigins: () => publicOrigins(deps.config.files.filesUrl),
    sweep: () => sweep(store, deps.clock),
    health: healthOf(deps, store),
  }
}

/** The store of the configuration, for who needs no more of the concern than that. */
export function openFileStore({
  config,
  dataDir,
  clock,
  outbound,
}: Pick<FilesDeps, 'config' | 'dataDir' | 'clock' | 'outbound'>): FileStore {
  const { filesUrl } = config.files
  if (filesUrl === undefined) {
    return createDiskStore({ root: join(dataDir, 'files'), clock })
  }
  return lazyStore('s3', async () => {
    // The SDK costs some 20 MB: only an installation that keeps files in S3 loads it, at the first file.
    const { createS3Store } = await import('./s3-store.ts')
    return createS3Store({
      url: filesUrl,
      credentials: s3Credentials(config.files, { outbound, taskPath: config.files.taskPath }),
      outbound,
      spoolFolder: join(dataDir, 'tmp'),
    })
  })
}

/** Rejects while the store is away; the log says when it went and when it came back. */
function healthOf({ log }: FilesDeps, store: FileStore): () => Promise<Health> {
  let up = true
  return async () => {
    const started = performance.now()
    try {
      await store.probe()
    } catch (error) {
      if (up) log.warn('files.down', { kind: store.kind, err: error })
      up = false
      throw error
    }
    if (!up) log.info('files.up', { kind: store.kind })
    up = true
    return { kind: store.kind, latencyMs: Math.round(performance.now() - started) }
  }
}
