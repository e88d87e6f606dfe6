import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Sandbox, startSandbox } from '../../../../sandbox/index.ts'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import { createS3Store } from '../s3-store.ts'
import type { FileStore } from '../store.ts'

export type Bucket = AsyncDisposable & {
  store: FileStore
  sandbox: Sandbox
  outbound: Outbound
  /** A store of the same bucket with other credentials, prefix or outbound. */
  other(change: {
    accessKeyId?: string
    secretAccessKey?: string
    prefix?: string
    outbound?: Outbound
  }): FileStore
  filesUrl(prefix: string): string
  scenario(change: object): Promise<void>
  spooled(): Promise<string[]>
}

/** The sandbox's S3 behind the real SDK and the real outbound. */
export async function bucket(): Promise<Bucket> {
  const sandbox = await startSandbox()
  const outbound = createOutbound()
  const folder = await mkdtemp(join(tmpdir(), 'minato-s3-'))
  const spoolFolder = join(folder, 'tmp')
  const { s3 } = sandbox
  const filesUrl = (prefix: string) => {
    const query = new URLSearchParams({
      endpoint: s3.endpoint,
      region: s3.region,
      forcePathStyle: 'true',
    })
    return `s3://${s3.bucket}/${prefix}?${query}`
  }
  const other: Bucket['other'] = (change) =>
    createS3Store({
      url: filesUrl(change.prefix ?? 'files'),
      credentials: {
        accessKeyId: change.accessKeyId ?? s3.accessKeyId,
        secretAccessKey: change.secretAccessKey ?? s3.secretAccessKey,
      },
      outbound: change.outbound ?? outbound,
      spoolFolder,
    })
  return {
    store: other({}),
    sandbox,
    outbound,
    other,
    filesUrl,
    scenario: async (change) => {
      const response = await fetch(`${sandbox.url}/sandbox/scenarios/s3`, {
        method: 'PUT',
        headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
        body: JSON.stringify(change),
      })
      if (!response.ok) throw new Error(await response.text())
    },
    spooled: () => readdir(spoolFolder).catch(() => []),
    [Symbol.asyncDispose]: async () => {
      await outbound.close()
      await sandbox.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
