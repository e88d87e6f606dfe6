import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { docker, mcpImages, scriptImage, withoutDocker } from '../../../../test/docker.ts'
import type { ConsoleServices } from '../config.ts'
import { deleteServer, readyContainer, startServer, stopServer } from './acts.ts'
import { openDoor } from './door.ts'
import { doorToken } from './door-client.ts'
import { doorCall } from './door-rules.ts'
import { inspectContainer } from './inspect.ts'
import { readLogs } from './logs.ts'
import { assertNameIsFree } from './reserve.ts'
import { containerTables, listContainers } from './store.ts'
import { CANARY, type Console, mcpScript, openConsole, REFERENCE } from './test/console.ts'
import { openContainerTransport } from './transport.ts'
import { viewContainers } from './view.ts'

const skip = withoutDocker
let mcp: Console
/** As in a process that only serves the web: no Docker socket, another connection to the database. */
let web: ConsoleServices
let closeDoor: () => Promise<void>
let url: string

before(async () => {
  if (skip !== false) return
  mcp = await openConsole()
  closeDoor = await openDoor({ ...mcp.services, role: 'worker' })
  const appConfig = { ...mcp.services.appConfig, dockerSocket: '/nowhere/docker.sock' }
  web = { ...mcp.services, role: 'web', appConfig, db: mcp.services.db.withTables() as never }
  const doors = containerTables(mcp.services.db).selectFrom('mcp_console.docker_doors')
  url = (await doors.select('url').executeTakeFirstOrThrow()).url
})
after(async () => {
  await closeDoor?.()
  await mcp?.[Symbol.asyncDispose]()
})

/** A transport that writes down every message as the web process hears it, before anything scans it. */
async function listening(services: ConsoleServices, id: string) {
  const rawTransport = await openContainerTransport(services, id)
  const messages: string[] = []
  const { start } = rawTransport
  rawTransport.start = async () => {
    const pass = rawTransport.onmessage
    rawTransport.onmessage = (message) => {
      messages.push(JSON.stringify(message))
      pass?.(message)
    }
    await start.call(rawTransport)
  }
  return { rawTransport, heard: () => messages.join('\n') }
}

test('only the calls the console makes are let through', () => {
  const id = 'a'.repeat(64)
  assert.deepEqual(doorCall('GET', '/containers/json?all=true'), { kind: 'list' })
  assert.deepEqual(doorCall('POST', `/containers/${id}/attach?stream=1`), { kind: 'attach', id })
  for (const [method, path] of [
    ['POST', '/containers/create'],
    ['POST', `/containers/${id}/exec`],
    ['POST', `/containers/${id}/update`],
    ['GET', `/containers/${id}/archive?path=/`],
    ['GET', `/containers/${id}/export`],
    ['GET', `/containers/${id}/json/../../../images/json`],
    ['GET', `/v1.41/containers/${id}/json`],
    ['GET', `/containers/some-name/json`],
    ['GET', '/images/json'],
    ['GET', '/info'],
    ['POST', '/build'],
    ['DELETE', '/volumes/data'],
    ['DELETE', `/containers/${id}/json`],
  ] as const) {
    assert.equal(doorCall(method, path), undefined, `${method} ${path}`)
  }
})

test('a web process without the socket lists, talks to, stops and removes servers', {
  skip,
}, async () => {
  const image = mcpImages().everything
  const made = await mcp.install({ name: 'behind', image, env: { TOKEN: REFERENCE } })
  const [seen] = await viewContainers(web, await listContainers(web))
  assert.deepEqual([seen?.id, seen?.state], [made.id, 'running'])
  const clients = await Promise.all(
    [web, mcp.services, web].map(async (services) => {
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(await openContainerTransport(services, made.id))
      return client
    }),
  )
  const message = 'x'.repeat(200_000)
  for (const [index, client] of clients.entries()) {
    const { content } = await client.callTool({
      name: 'echo',
      arguments: { message: `${index}${message}` },
    })
    assert.deepEqual(content, [{ type: 'text', text: `Echo: ${index}${message}` }])
  }
  const { rawTransport, heard } = await listening(web, made.id)
  const teller = new Client({ name: 'test', version: '1' })
  await teller.connect(rawTransport)
  const told = await teller.callTool({ name: 'get-env', arguments: {} })
  assert.match(JSON.stringify(told), /TOKEN.*\[secret\]/)
  assert.ok(!heard().includes(CANARY), 'the web process heard the value')
  for (const client of [teller, ...clients]) await client.close()
  const who = { userId: mcp.operator.user.id, sessionId: '' }
  await stopServer(web, made.id)
  await startServer(web, who, made.id)
  await assert.rejects(assertNameIsFree(web, { name: 'behind' }), { status: 409 })
  await deleteServer(web, made.id)
  assert.deepEqual(await mcp.containers(), [])
})

for (const [transport, command] of [
  ['streamable-http', 'streamableHttp'],
  ['sse', 'sse'],
] as const) {
  test(`a web process reaches a server over ${transport} through the door`, { skip }, async () => {
    const image = mcpImages().everything
    const env = { PORT: '3001', TOKEN: REFERENCE }
    const spec = { name: transport, image, transport, port: 3001, env }
    const { id } = await mcp.install({ ...spec, command: [command] })
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(await openContainerTransport(web, id))
    const { content } = await client.callTool({ name: 'echo', arguments: { message: '港' } })
    assert.deepEqual(content, [{ type: 'text', text: 'Echo: 港' }])
    const { rawTransport, heard } = await listening(web, id)
    const teller = new Client({ name: 'test', version: '1' })
    await teller.connect(rawTransport)
    const told = await teller.callTool({ name: 'get-env', arguments: {} })
    assert.match(JSON.stringify(told), /TOKEN.*\[secret\]/)
    assert.ok(!heard().includes(CANARY), 'the web process heard the value')
    await teller.close()
    await client.close()
    const { dockerId } = await readyContainer(web, id)
    const headers = { authorization: `Bearer ${doorToken(mcp.services)}` }
    const path = (port: number) => `${url}/containers/${dockerId}/port/${port}/mcp`
    assert.equal((await fetch(path(22), { headers })).status, 404, 'a port it does not publish')
    assert.equal((await fetch(path(3001))).status, 401)
    await deleteServer(web, id)
  })
}

test('values stay with the worker: inspect has none, logs are masked', { skip }, async () => {
  const script = mcpScript('console.error("my token is " + process.env.TOKEN)')
  const image = scriptImage('telling', script)
  const { id } = await mcp.install({ name: 'telling', image, env: { TOKEN: REFERENCE } })
  const row = await readyContainer(web, id)
  const info = await inspectContainer(web, row.dockerId, row.name)
  assert.ok(!JSON.stringify(info).includes(CANARY))
  const lines: string[] = []
  const options = { streams: ['stderr'], tail: 'all', follow: false } as const
  const signal = AbortSignal.timeout(10_000)
  for await (const some of readLogs(web, row, info, { ...options, signal })) {
    lines.push(...some.map(({ text }) => text))
  }
  assert.deepEqual(lines, ['my token is [secret]'])
  await deleteServer(web, id)
})

test('nobody without the token, and nothing that is not ours', { skip }, async () => {
  const foreign = docker(['create', '--name', `foreign-${randomUUID()}`, mcpImages().everything])
  const foreignId = foreign.stdout.trim()
  const authorization = `Bearer ${doorToken(mcp.services)}`
  const ask = async (
    path: string,
    method = 'GET',
    headers: Record<string, string> = { authorization },
  ) => (await fetch(`${url}${path}`, { method, headers })).status
  try {
    assert.equal(await ask('/containers/json', 'GET', {}), 401)
    assert.equal(await ask('/containers/json', 'GET', { authorization: 'Bearer wrong' }), 401)
    assert.equal(await ask('/containers/json'), 200)
    assert.equal(await ask('/images/json'), 403)
    assert.equal(await ask('/containers/create', 'POST'), 403)
    assert.equal(await ask(`/containers/${foreignId}/json`), 404)
    assert.equal(await ask(`/containers/${foreignId}/start`, 'POST'), 404)
    assert.equal(await ask(`/containers/${foreignId}`, 'DELETE'), 404)
    const listed = await fetch(`${url}/containers/json?all=true`, { headers: { authorization } })
    assert.ok(!(await listed.text()).includes(foreignId))
  } finally {
    docker(['rm', '-f', foreignId])
  }
})

test('without a worker the web process says so', { skip }, async () => {
  await closeDoor()
  await assert.rejects(viewContainers(web, []), {
    code: 'MCP_CONSOLE_DOCKER_UNAVAILABLE',
    message: /minato start --role worker/,
  })
  closeDoor = async () => undefined
})
