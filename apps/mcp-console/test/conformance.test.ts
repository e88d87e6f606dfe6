import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type FixtureServer, startFixtureServer } from './conformance-server/start.ts'
import { startGateway } from './gateway-client.ts'
import { startKeyForwarder } from './key-forwarder.ts'

const SUITE = fileURLToPath(import.meta.resolve('@modelcontextprotocol/conformance/dist/index.js'))
const REVISION = '2025-11-25'
const SCENARIOS_REQUIRED = 30
/** Not scored by the suite, and about event streams alone: the gateway answers this call as JSON. */
const ONLY_EVENT_STREAMS = 'server-sse-polling:'

let folder: string
let fixture: FixtureServer
let gateway: Awaited<ReturnType<typeof startGateway>>
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcp-conformance-'))
  fixture = await startFixtureServer()
  gateway = await startGateway({ fixture: fixture.url })
})
after(async () => {
  await gateway?.[Symbol.asyncDispose]()
  await fixture.close()
  await rm(folder, { recursive: true, force: true })
})

test('what conforms directly conforms through the gateway', { timeout: 110_000 }, async () => {
  await gateway.profile({ name: 'bare', servers: [{ ref: 'config:fixture', prefix: '' }] })
  const forwarder = await startKeyForwarder(`${gateway.url}/mcp`, await gateway.key())
  const [direct, through] = await Promise.all([
    runSuite(fixture.url, 'direct'),
    runSuite(forwarder.url, 'through'),
  ])
  await forwarder.close()
  assert.ok(direct.scenarios.size >= SCENARIOS_REQUIRED, `only ${direct.scenarios.size} ran`)
  const lost = [...direct.passed].filter(
    (check) => !through.passed.has(check) && !check.startsWith(ONLY_EVENT_STREAMS),
  )
  assert.deepEqual(lost, [], through.output)
  assert.equal(direct.code, 0, direct.output)
  assert.equal(through.code, 0, through.output)
})

/** Runs what the revision requires of servers; `scenario:check` of all that passed. */
async function runSuite(url: string, name: string) {
  const output = join(folder, name)
  const args = [SUITE, 'server', '--url', url, '--requirements', REVISION, '-o', output]
  const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
  }
  const [code] = (await once(child, 'close')) as [number]
  const passed = new Set<string>()
  const scenarios = new Set<string>()
  for (const entry of await readdir(output)) {
    const scenario = entry.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT.*$/, '')
    scenarios.add(scenario)
    const checks = JSON.parse(await readFile(join(output, entry, 'checks.json'), 'utf8')) as {
      id: string
      status: string
    }[]
    for (const { id, status } of checks) {
      if (status === 'SUCCESS' || status === 'INFO') passed.add(`${scenario}:${id}`)
    }
  }
  return { code, passed, scenarios, output: text }
}
