import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { reserveContainer } from './reserve.ts'
import { serverSpec } from './spec.ts'
import { containerTables } from './store.ts'
import { openConsole } from './test/console.ts'

type Problem = { code: string; detail: string }

test('without Docker every act says so and how to mend it; the rest goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-docker-'))
  const socket = join(folder, 'docker.sock')
  await using mcp = await openConsole({ MCP_CONSOLE_DOCKER_SOCKET: socket })
  const spec = { name: 'away', image: 'minato-test/mcp-everything' }
  const { services } = mcp
  const { id } = await reserveContainer(services, mcp.operator.user.id, serverSpec.parse(spec))
  await containerTables(services.db)
    .updateTable('mcp_console.containers')
    .set({ state: 'ready', docker_id: 'a'.repeat(64), lease_until: null })
    .where('id', '=', id)
    .execute()
  for (const [method, path] of [
    ['GET', '/containers'],
    ['GET', `/containers/${id}`],
    ['GET', `/containers/${id}/stats`],
    ['GET', `/containers/${id}/logs`],
    ['POST', `/containers/${id}/start`],
    ['POST', `/containers/${id}/stop`],
    ['DELETE', `/containers/${id}`],
  ] as const) {
    const { status, body } = await mcp.call<Problem>(method, path)
    assert.equal(status, 503, `${method} ${path}: ${JSON.stringify(body)}`)
    assert.equal(body.code, 'MCP_CONSOLE_DOCKER_UNAVAILABLE')
    assert.match(body.detail, /MCP_CONSOLE_DOCKER_SOCKET/)
    assert.ok(body.detail.includes(socket))
  }
  const install = await mcp.call<Problem>('POST', '/containers', { ...spec, name: 'another' })
  assert.equal(install.body.code, 'MCP_CONSOLE_DOCKER_UNAVAILABLE')
  assert.equal((await mcp.call('GET', `/containers/${id}/config`)).status, 200)
  assert.equal((await mcp.call('GET', '/vault/items')).status, 200)
  await rm(folder, { recursive: true })
})
