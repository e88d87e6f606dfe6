import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { docker, mcpImages, scriptImage, withoutDocker } from '../../../../test/docker.ts'
import { cleanUp } from './clean-up.ts'
import { installServer } from './install.ts'
import { instanceOf } from './instance.ts'
import { reserveContainer } from './reserve.ts'
import { type ServerSpecInput, serverSpec } from './spec.ts'
import { containerTables, findContainer } from './store.ts'
import { CANARY, type Console, mcpScript, openConsole, REFERENCE } from './test/console.ts'
import type { ContainerView } from './view.ts'

const skip = withoutDocker
let mcp: Console
let secretsDir: string
let everything: string

before(async () => {
  if (skip !== false) return
  everything = mcpImages().everything
  secretsDir = await mkdtemp('/dev/shm/minato-test-')
  mcp = await openConsole({ MCP_CONSOLE_SECRET_FILES_DIR: secretsDir })
})
after(async () => {
  if (skip !== false) return
  await mcp[Symbol.asyncDispose]()
  await rm(secretsDir, { recursive: true, force: true })
})

async function filesOf(): Promise<string[]> {
  const root = join(secretsDir, await instanceOf(mcp.services))
  return existsSync(root) ? readdirSync(root).map((name) => join(root, name)) : []
}

const envOf = (name: string): string[] =>
  JSON.parse(docker(['inspect', '--format', '{{json .Config.Env}}', name]).stdout)

for (const user of ['', 'USER 1234:1234', 'RUN useradd -u 4321 sailor\nUSER sailor']) {
  test(`secrets as files are read by the server alone (${user || 'root'})`, { skip }, async () => {
    const uid = Number(/\d{4}/.exec(user)?.[0] ?? 0)
    const image = scriptImage(`as-${uid}`, mcpScript(''), [user])
    const env = { TOKEN: REFERENCE, PLAIN: 'yes' }
    const made = await mcp.install({ name: `files-${uid}`, image, env, delivery: 'file' })
    assert.equal(made.delivery, 'file')
    assert.ok(
      !docker(['inspect', made.name]).stdout.includes(CANARY),
      'Docker itself keeps nothing',
    )
    const read = docker(['exec', made.name, 'sh', '-c', 'cat "$TOKEN_FILE"; echo " $PLAIN"'])
    assert.equal(read.stdout, `${CANARY} yes\n`, read.stderr)
    const [folder = ''] = await filesOf()
    const file = statSync(join(folder, 'TOKEN'))
    assert.deepEqual([file.mode & 0o777, file.uid], [0o400, uid])

    await mcp.call('POST', `/containers/${made.id}/stop`)
    assert.deepEqual(await filesOf(), [], 'gone with the stop')
    assert.equal((await mcp.call('POST', `/containers/${made.id}/start`)).body.state, 'running')
    assert.equal(docker(['exec', made.name, 'cat', '/run/secrets/TOKEN']).stdout, CANARY)
    await mcp.call('DELETE', `/containers/${made.id}`)
    assert.deepEqual(await filesOf(), [])
  })
}

test('recreating takes the vault’s present values, under the same id and name', {
  skip,
}, async () => {
  const items = await mcp.call<{ items: { id: string }[] }>('GET', '/vault/items')
  const { id: itemId } = (
    await mcp.call('POST', '/vault/items', { name: 'rotated', fields: { key: 'first-value' } })
  ).body
  assert.equal(items.status, 200)
  const env = { KEY: '{{ bw:rotated:key }}' }
  const made = await mcp.install({ name: 'rotating', image: everything, env })
  assert.ok(envOf('rotating').includes('KEY=first-value'))
  const change = { method: 'PATCH', url: `/api/mcp-console/vault/items/${itemId}` } as const
  const payload = { fields: { key: 'second-value' } }
  await mcp.server.inject({ ...change, headers: mcp.operator.headers, payload })
  const again = await mcp.call('POST', `/containers/${made.id}/recreate`)
  assert.equal(again.status, 200, JSON.stringify(again.body))
  assert.equal(again.body.id, made.id)
  assert.notEqual(again.body.dockerId, made.dockerId)
  assert.ok(envOf('rotating').includes('KEY=second-value'))
  assert.deepEqual(await mcp.containers(), ['rotating'])
  await mcp.call('DELETE', `/containers/${made.id}`)
})

test('an edit that does not come up leaves the old server running', { skip }, async () => {
  const made = await mcp.install({ name: 'edited', image: everything, env: { LEVEL: '1' } })
  const spec = { name: 'edited', image: everything, env: { LEVEL: '2' } }
  const crash = { ...spec, image: scriptImage('crashing', 'process.exit(3)') }
  const failed = await mcp.call<{ code: string }>('PUT', `/containers/${made.id}/config`, crash)
  assert.equal(failed.body.code, 'MCP_CONSOLE_CONTAINER_UNHEALTHY')
  const kept = await mcp.call('GET', `/containers/${made.id}`)
  assert.deepEqual([kept.body.state, kept.body.dockerId], ['running', made.dockerId])
  assert.deepEqual(await mcp.containers(), ['edited'])

  const renamed = { ...spec, name: 'renamed' }
  const done = await mcp.call('PUT', `/containers/${made.id}/config`, renamed)
  assert.equal(done.body.name, 'renamed')
  assert.deepEqual(await mcp.containers(), ['renamed'])
  assert.ok(envOf('renamed').includes('LEVEL=2'))

  const other = await mcp.install({ name: 'other', image: everything })
  const taken = await mcp.call('PUT', `/containers/${other.id}/config`, renamed)
  assert.equal(taken.status, 409)
  assert.equal((await mcp.call('GET', `/containers/${other.id}`)).body.state, 'running')
  for (const { id } of [made, other]) await mcp.call('DELETE', `/containers/${id}`)
})

test('two changes of one container at once: one is told that the other runs', {
  skip,
}, async () => {
  const { id } = await mcp.install({ name: 'busy', image: everything })
  const both = await Promise.all([
    mcp.call<Partial<ContainerView> & { code?: string }>('POST', `/containers/${id}/recreate`),
    mcp.call<Partial<ContainerView> & { code?: string }>('POST', `/containers/${id}/recreate`),
  ])
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
  assert.ok(both.some(({ body }) => body.code === 'MCP_CONSOLE_CONTAINER_BUSY'))
  await mcp.call('DELETE', `/containers/${id}`)
})

test('what a worker that died has left is removed, and nothing else', { skip }, async () => {
  const { services } = mcp
  const kept = await mcp.install({ name: 'kept', image: everything })
  const spec = (name: string): ServerSpecInput => ({ name, image: everything })
  const half = await reserveContainer(
    services,
    mcp.operator.user.id,
    serverSpec.parse(spec('half')),
  )
  const label = (id: string) => `app.minato.mcp-console.id=${id}`
  const instance = `app.minato.mcp-console.instance=${await instanceOf(services)}`
  const labels = ['--label', instance, '--label']
  docker(['create', '--name', `half-${half.id}`, ...labels, label(half.id), everything])
  docker([
    'create',
    '--name',
    `rowless-${half.id}`,
    ...labels,
    label(crypto.randomUUID()),
    everything,
  ])
  docker(['create', '--name', `${kept.id}.next`, ...labels, label(kept.id), everything])
  const theirName = `theirs-${half.id}`
  const theirs = ['--label', `app.minato.mcp-console.instance=${crypto.randomUUID()}`]
  docker(['create', '--name', theirName, ...theirs, '--label', label(half.id), everything])

  await cleanUp(services)
  assert.deepEqual((await mcp.containers()).sort(), [`half-${half.id}`, 'kept'], 'its lease runs')
  await containerTables(services.db)
    .updateTable('mcp_console.containers')
    .set({ lease_until: new Date(services.clock() - 1) })
    .where('id', '=', half.id)
    .execute()
  await cleanUp(services)
  assert.equal(
    docker(['rm', '-f', theirName]).stdout,
    `${theirName}\n`,
    'another installation’s stays',
  )
  assert.deepEqual(await mcp.containers(), ['kept'])
  assert.equal(await findContainer(services, half.id), undefined)
  assert.equal((await mcp.call('GET', `/containers/${kept.id}`)).body.state, 'running')
  await mcp.call('DELETE', `/containers/${kept.id}`)
})

test('a worker that takes an installation over makes one container of it', { skip }, async () => {
  const { services } = mcp
  const who = { userId: mcp.operator.user.id, sessionId: '' }
  const spec = serverSpec.parse({ name: 'taken over', image: everything })
  const { id } = await reserveContainer(services, who.userId, spec)
  // As far as the worker came that was killed.
  const labels = [`id=${id}`, `instance=${await instanceOf(services)}`].flatMap((label) => [
    '--label',
    `app.minato.mcp-console.${label}`,
  ])
  docker(['run', '-d', '-i', '--name', 'taken-over', ...labels, everything])
  const work = { signal: AbortSignal.timeout(30_000), progress: async () => undefined }
  await installServer(services, who, id, work)
  assert.deepEqual(await mcp.containers(), ['taken-over'])
  const again = await installServer(services, who, id, work)
  assert.equal(again.id, id, 'an attempt after the last step changes nothing')
  assert.equal((await mcp.call('GET', `/containers/${id}`)).body.state, 'running')
  await mcp.call('DELETE', `/containers/${id}`)
})

test('a container that Docker has lost is shown as gone and can be made again', {
  skip,
}, async () => {
  const { id, name } = await mcp.install({ name: 'lost', image: everything })
  docker(['rm', '-f', name])
  assert.equal((await mcp.call('GET', `/containers/${id}`)).body.state, 'gone')
  const start = await mcp.call<{ code: string }>('POST', `/containers/${id}/start`)
  assert.equal(start.body.code, 'MCP_CONSOLE_CONTAINER_GONE')
  assert.equal((await mcp.call('POST', `/containers/${id}/recreate`)).body.state, 'running')
  await mcp.call('DELETE', `/containers/${id}`)
})
