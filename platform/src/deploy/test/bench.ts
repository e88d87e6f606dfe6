import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deploy } from '../deploy.ts'
import { openJournal } from '../journal.ts'
import type { DeployRecord } from '../record.ts'
import type { DeployRequest, Tools } from '../run.ts'
import { LIMITS } from '../watch.ts'
import { type FakeHost, fakeHost } from './fake-host.ts'

/** A deployer in memory, with a clock that only waiting moves. */
export function deployBench(more: Partial<Tools> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'minato-deploy-'))
  const host: FakeHost = fakeHost()
  const saved: DeployRecord[] = []
  const said: string[] = []
  let now = Date.parse('2026-12-01T00:00:00Z')
  const onWait: { each?: () => void } = {}
  const tools: Tools = {
    host,
    journal: openJournal(folder),
    limits: { ...LIMITS, watchMs: 10_000 },
    readyMs: 25_000,
    save: (record) => void saved.push(record),
    say: (line) => void said.push(line),
    signal: new AbortController().signal,
    now: () => now,
    async wait(ms) {
      now += ms
      onWait.each?.()
      await Promise.resolve()
    },
    ...more,
  }
  return {
    folder,
    host,
    saved,
    said,
    tools,
    /** Called at each wait: what happens meanwhile. */
    onWait,
    deploy: (release = 'minato:2', request: Partial<DeployRequest> = {}) =>
      deploy({ kind: 'deploy', release, ...request }, tools),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** `preflight done, backup done, …` */
export function stepsOf({ steps }: DeployRecord): string {
  return steps.map(({ name, state }) => `${name} ${state}`).join(', ')
}
