import { defineJob } from '@minato/platform/jobs'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { restartServer, startServer } from './acts.ts'
import { type Installed, installServer, type Work } from './install.ts'
import { recreateServer } from './recreate.ts'
import { reserveContainer, withFreeName } from './reserve.ts'
import { serverSpec } from './spec.ts'
import { containerOf, containerTables, findContainer } from './store.ts'

const MINUTE_MS = 60_000

/** Who asked: whose vault is opened, under which sign-in. */
const owner = z.object({ userId: z.uuid(), sessionId: z.string() })

/** Resolve, pull, create, start, healthy; the input holds references, never values. */
export const installJob = defineJob({
  name: 'mcp-console.install',
  title: { en: 'Install a server', ja: 'サーバーの導入' },
  input: z.object({ containerId: z.uuid(), who: owner, spec: serverSpec }),
  timeoutMs: 30 * MINUTE_MS,
  concurrency: 3,
  async run(services: ConsoleServices, { containerId, who, spec }, job): Promise<Installed> {
    const row = await findContainer(services, containerId)
    // A failed attempt gave the name back: a retry takes it again.
    if (row === undefined) {
      await withFreeName(services, spec, () =>
        reserveContainer(services, who.userId, spec, { id: containerId, jobId: job.id }),
      )
    }
    return await installServer(services, who, containerId, job)
  },
})

/** What changes a container that is there and needs a vault to do it. */
export const changeJob = defineJob({
  name: 'mcp-console.change',
  title: { en: 'Change a server', ja: 'サーバーの変更' },
  input: z.discriminatedUnion('act', [
    z.object({ act: z.literal('recreate'), containerId: z.uuid(), who: owner, spec: serverSpec }),
    z.object({ act: z.enum(['start', 'restart']), containerId: z.uuid(), who: owner }),
  ]),
  timeoutMs: 30 * MINUTE_MS,
  concurrency: 3,
  async run(services: ConsoleServices, input, job): Promise<Installed> {
    const { containerId, who } = input
    if (input.act === 'recreate') {
      await takeAgain(services, containerId, job.id)
      return await recreateServer(services, who, containerId, input.spec, job)
    }
    const act = input.act === 'start' ? startServer : restartServer
    await act(services, who, containerId, job.signal)
    return await done(services, containerId, job)
  },
})

/** The request has taken the row already; a retry, or a worker that takes over, finds it given back. */
async function takeAgain(services: ConsoleServices, id: string, jobId: string): Promise<void> {
  await containerTables(services.db)
    .updateTable('mcp_console.containers')
    .set({ state: 'installing', job_id: jobId })
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .execute()
}

async function done(services: ConsoleServices, id: string, { progress }: Work): Promise<Installed> {
  const { name } = await containerOf(services, id)
  await progress(100, { en: 'Done', ja: '完了しました' })
  return { id, name, server: '', version: '' }
}
