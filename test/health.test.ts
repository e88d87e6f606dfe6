import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const HEALTH = join(import.meta.dirname, '../bin/health.js')

test('the health check of containers asks whoever wrote down where it listens', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-health-'))
  let status = 200
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health/live' ? status : 404).end('{}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    assert.equal(await ask(folder, 'web'), 1, 'nobody runs')
    await writeFile(join(folder, 'run.json'), JSON.stringify({ listeners: { web: url } }))
    assert.equal(await ask(folder, 'web'), 0)
    assert.equal(await ask(folder, 'worker'), 1, 'a web process is no worker')
    await writeFile(
      join(folder, 'run-worker-7.json'),
      JSON.stringify({ listeners: { worker: url } }),
    )
    assert.equal(await ask(folder, 'worker'), 0)
    status = 503
    assert.equal(await ask(folder, 'worker'), 1)
    server.close()
    server.closeAllConnections()
    assert.equal(await ask(folder, 'web'), 1, 'nobody listens')
  } finally {
    server.close()
    await rm(folder, { recursive: true, force: true })
  }
})

async function ask(folder: string, role: string): Promise<number | null> {
  const env = { ...process.env, MINATO_DATA_DIR: folder }
  const child = execFile(process.execPath, [HEALTH, role], { env })
  const [code] = await once(child, 'exit')
  return code
}
