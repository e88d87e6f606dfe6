import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { JobView } from '@minato/platform/jobs'
import {
  DOCKER_SOCKET,
  docker,
  mcpImages,
  scriptImage,
  withoutDocker,
} from '../../../../test/docker.ts'
import { call, newPerson } from '../../../../test/http-client.ts'
import { skipWithout } from '../../../../test/peers.ts'
import { startPostgres } from '../../../../test/postgres.ts'
import { startSystem } from '../../../../test/system.ts'
import { until } from '../../../../test/until.ts'
import { mcpScript } from './test/console.ts'
import type { ContainerView } from './view.ts'

/** Silent for so long that its worker can be killed while it waits. */
const SLOW = mcpScript('await new Promise((resolve) => setTimeout(resolve, 6000))')
const CONTAINERS = '/api/mcp-console/containers'

test('a web process without Docker and two workers; one is killed in mid-installation', {
  skip: withoutDocker || skipWithout('postgres'),
}, async () => {
  await using postgres = await startPostgres()
  const dataDir = await mkdtemp(join(tmpdir(), 'minato-roles-'))
  const start = (role: 'web' | 'worker', socket: string) =>
    startSystem({
      dataDir,
      args: ['--role', role],
      env: {
        DATABASE_URL: postgres.url,
        LOG_LEVEL: 'warn',
        MCP_CONSOLE_DOCKER_SOCKET: socket,
      },
    })
  await using web = await start('web', join(dataDir, 'no-docker.sock'))
  await using first = await start('worker', DOCKER_SOCKET)
  const person = await newPerson(web, 'operator')
  const ask = async <T = ContainerView>(method: string, path: string, json?: unknown) => {
    const answer = await call(web.url, person, path, { method, json })
    const text = await answer.text()
    return { status: answer.status, body: (text === '' ? null : JSON.parse(text)) as T }
  }
  const names: string[] = []
  const name = (word: string) => {
    names.push(`${word}-${person.email.slice(9, 17)}`)
    return names.at(-1)
  }
  try {
    const quick = { name: name('quick'), image: mcpImages().everything }
    const made = await ask('POST', CONTAINERS, quick)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal((await ask('POST', `${CONTAINERS}/${made.body.id}/stop`)).body.state, 'exited')
    assert.equal((await ask('DELETE', `${CONTAINERS}/${made.body.id}`)).status, 204)

    const slow = { name: name('slow'), image: scriptImage('slow', SLOW) }
    const accepted = await ask<{ jobId: string; containerId: string }>(
      'POST',
      `${CONTAINERS}/install?async=true`,
      slow,
    )
    const job = async () => (await ask<JobView>('GET', `/api/jobs/${accepted.body.jobId}`)).body
    await until('its container is there', async () => (await job()).progress >= 85)
    await first.kill()
    await using _second = await start('worker', DOCKER_SOCKET)
    await until(
      'another worker has done it',
      async () => (await job()).state === 'succeeded',
      90_000,
    )
    const { body } = await ask('GET', `${CONTAINERS}/${accepted.body.containerId}`)
    assert.equal(body.state, 'running')
    const label = `label=app.minato.mcp-console.id=${body.id}`
    const { stdout } = docker(['ps', '-a', '--format', '{{.Names}}', '--filter', label])
    assert.deepEqual(stdout.trim().split('\n'), [slow.name], 'one container of two attempts')
    assert.equal((await ask('DELETE', `${CONTAINERS}/${body.id}`)).status, 204)
  } finally {
    docker(['rm', '-f', ...names])
    await rm(dataDir, { recursive: true, force: true })
  }
})
