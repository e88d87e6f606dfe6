import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DOCKER_SOCKET, docker, mcpImages, withoutDocker } from '../../../../test/docker.ts'
import { browserHeaders, newPerson } from '../../../../test/http-client.ts'
import { skipWithout } from '../../../../test/peers.ts'
import { startPostgres } from '../../../../test/postgres.ts'
import { type RunningSystem, startSystem } from '../../../../test/system.ts'

// Real processes, as in production: two serve the web, one works, all at one database.
test('a session is every process’s: it outlives those that made it and run it', {
  skip: withoutDocker || skipWithout('postgres'),
}, async () => {
  await using opened = new AsyncDisposableStack()
  const postgres = opened.use(await startPostgres())
  const folder = await mkdtemp(join(tmpdir(), 'minato-sessions-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const image = mcpImages().everything
  const start = async (role: 'web' | 'worker') =>
    opened.use(
      await startSystem({
        args: ['--role', role],
        env: {
          DATABASE_URL: postgres.url,
          MCP_CONSOLE_DOCKER_SOCKET: role === 'worker' ? DOCKER_SOCKET : '/nowhere/docker.sock',
          MCP_CONSOLE_SESSION_TLS_DIR: folder,
        },
      }),
    )
  const worker = await start('worker')
  const [one, other] = await Promise.all([start('web'), start('web')])
  const { cookie } = await newPerson(one, 'operator')
  const call = async (at: RunningSystem, method: string, path: string, body?: object) => {
    const answer = await fetch(`${at.url}/api/mcp-console/sessions${path}`, {
      method,
      headers: {
        ...browserHeaders(at.url, cookie),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const echo = { tool: 'echo', arguments: { message: 'hello' } }

  const made = await call(one, 'POST', '', { image, network: true })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const path = `/${made.body.id}`
  assert.equal((await call(one, 'POST', `${path}/exec`, echo)).body.output, 'Echo: hello\n')
  await one.kill()
  await worker.kill()
  const next = await start('worker')
  const run = await call(other, 'POST', `${path}/exec`, echo)
  assert.equal(run.body.output, 'Echo: hello\n', JSON.stringify(run.body))
  assert.equal((await call(other, 'GET', '')).body.items[0].state, 'running')

  assert.equal((await call(other, 'DELETE', path)).status, 204)
  assert.notEqual(docker(['inspect', `minato-session-${made.body.id}`]).status, 0)
  const [instance = ''] = await readdir(folder)
  assert.deepEqual(await readdir(join(folder, instance)), [])
  assert.equal(await next.stop(), 0)
})
