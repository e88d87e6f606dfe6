import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { CreateMessageRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import {
  docker,
  type McpImages,
  mcpImages,
  scriptImage,
  withoutDocker,
} from '../../../../test/docker.ts'
import { until } from '../../../../test/until.ts'
import { containerTables } from './store.ts'
import { CANARY, type Console, mcpScript, openConsole, REFERENCE } from './test/console.ts'
import { openContainerTransport } from './transport.ts'
import type { ContainerView } from './view.ts'

const skip = withoutDocker
let mcp: Console
let images: McpImages

before(async () => {
  if (skip !== false) return
  images = mcpImages()
  mcp = await openConsole()
})
after(async () => await mcp?.[Symbol.asyncDispose]())

test('installs a server, shows it to everybody, and takes it away again', { skip }, async () => {
  const made = await mcp.install({
    name: 'Everything (test)',
    image: images.everything,
    env: { WEATHER_TOKEN: REFERENCE, LEVEL: 'high' },
    ports: [{ container: 3001 }],
  })
  assert.equal(made.state, 'running')
  assert.match(made.name, /^Everything-test$/)
  assert.equal(made.originalName, 'Everything (test)')
  assert.ok(made.hasSecrets)
  assert.equal(made.ports.length, 1)

  const colleague = await mcp.server.signIn('operator')
  const listed = await mcp.call<{ items: ContainerView[] }>(
    'GET',
    '/containers',
    undefined,
    colleague,
  )
  const [seen, ...others] = listed.body.items
  assert.deepEqual(others, [])
  // Docker's sentence counts the seconds.
  assert.deepEqual({ ...seen, status: '' }, { ...made, status: '' })
  const saved = await mcp.call<{ config: { env: object } }>('GET', `/containers/${made.id}/config`)
  assert.deepEqual(saved.body.config.env, { WEATHER_TOKEN: REFERENCE, LEVEL: 'high' })

  const [info] = JSON.parse(docker(['inspect', made.name]).stdout)
  assert.ok(info.Config.Env.includes(`WEATHER_TOKEN=${CANARY}`), 'the server has its secret')
  assert.deepEqual(info.HostConfig.CapDrop, ['ALL'])
  assert.ok(info.HostConfig.SecurityOpt.includes('no-new-privileges'))
  assert.equal(info.HostConfig.Memory, 512 * 1024 * 1024)
  assert.equal(info.HostConfig.PidsLimit, 256)
  assert.equal(info.NetworkSettings.Ports['3001/tcp'][0].HostIp, '127.0.0.1')
  assert.equal(info.Config.Labels['app.minato.mcp-console.name'], 'Everything (test)')

  const client = new Client({ name: 'test', version: '1' })
  await client.connect(await openContainerTransport(mcp.services, made.id))
  const echo = await client.callTool({ name: 'echo', arguments: { message: '港' } })
  assert.deepEqual(echo.content, [{ type: 'text', text: 'Echo: 港' }])
  await client.close()

  const stats = await mcp.call<{ memoryBytes: number; memoryLimitBytes: number }>(
    'GET',
    `/containers/${made.id}/stats`,
  )
  assert.ok(stats.body.memoryBytes > 1_000_000)
  assert.equal(stats.body.memoryLimitBytes, 512 * 1024 * 1024)

  assert.equal((await mcp.call('POST', `/containers/${made.id}/stop`)).body.state, 'exited')
  await assert.rejects(openContainerTransport(mcp.services, made.id), {
    code: 'MCP_CONSOLE_CONTAINER_NOT_RUNNING',
  })
  assert.equal((await mcp.call('POST', `/containers/${made.id}/start`)).body.state, 'running')
  assert.equal((await mcp.call('POST', `/containers/${made.id}/restart`)).body.state, 'running')
  assert.equal((await mcp.call('DELETE', `/containers/${made.id}`)).status, 204)
  assert.equal((await mcp.call('GET', `/containers/${made.id}`)).status, 404)
  assert.deepEqual(await mcp.containers(), [])
})

test('several clients of one stdio server get their own answers', { skip }, async () => {
  const { id } = await mcp.install({ name: 'shared', image: images.everything })
  const clients = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(await openContainerTransport(mcp.services, id))
      return client
    }),
  )
  const calls = clients.flatMap((client, who) =>
    Array.from({ length: 25 }, async (_, index) => {
      const message = `${who}/${index}`
      const { content } = await client.callTool({ name: 'echo', arguments: { message } })
      assert.deepEqual(content, [{ type: 'text', text: `Echo: ${message}` }])
    }),
  )
  await Promise.all(calls)
  const told: number[] = []
  await clients[1]?.callTool(
    { name: 'trigger-long-running-operation', arguments: { duration: 0.4, steps: 4 } },
    undefined,
    { onprogress: ({ progress }) => void told.push(progress) },
  )
  assert.ok(told.length >= 3, `progress comes back to the one who asked: ${told}`)
  await clients[0]?.close()
  assert.ok((await clients[1]?.listTools())?.tools.length, 'one who leaves takes nobody along')
  for (const client of clients) await client.close()
  assert.equal((await mcp.call('DELETE', `/containers/${id}`)).status, 204)
})

test('what a server asks goes to the client whose call it is about', { skip }, async () => {
  const { id } = await mcp.install({ name: 'asking', image: images.everything })
  const asked: string[] = []
  const open = async (name: string) => {
    const client = new Client({ name, version: '1' }, { capabilities: { sampling: {} } })
    client.setRequestHandler(CreateMessageRequestSchema, async () => {
      asked.push(name)
      const content = { type: 'text' as const, text: `${name} says` }
      return { model: 'none', role: 'assistant' as const, content }
    })
    await client.connect(await openContainerTransport(mcp.services, id))
    return client
  }
  const clients = [await open('first'), await open('second')]
  const call = { name: 'trigger-sampling-request', arguments: { prompt: 'hello' } }
  const { content } = (await clients[1]?.callTool(call)) ?? {}
  assert.match(JSON.stringify(content), /second says/)
  assert.deepEqual(asked, ['second'])
  for (const client of clients) await client.close()
  await mcp.call('DELETE', `/containers/${id}`)
})

for (const [transport, command] of [
  ['streamable-http', 'streamableHttp'],
  ['sse', 'sse'],
] as const) {
  test(`a server over ${transport} is reached at its port on loopback`, { skip }, async () => {
    const env = { PORT: '3001' }
    const spec = { name: transport, image: images.everything, transport, env, port: 3001 }
    const { id } = await mcp.install({ ...spec, command: [command] })
    const client = new Client({ name: 'test', version: '1' })
    await client.connect(await openContainerTransport(mcp.services, id))
    assert.ok((await client.listTools()).tools.some(({ name }) => name === 'echo'))
    await client.close()
    assert.equal((await mcp.call('DELETE', `/containers/${id}`)).status, 204)
  })
}

test('filesystem and memory servers run, the latter with a volume of its own', {
  skip,
}, async () => {
  const files = await mcp.install({ name: 'files', image: images.filesystem, network: 'none' })
  const volume = `mcp-test-${files.id}`
  const memory = await mcp.install({
    name: 'memory',
    image: images.memory,
    env: { MEMORY_FILE_PATH: '/memory/graph.json' },
    volumes: [{ source: volume, target: '/memory' }],
  })
  const listed = await mcp.call<{ items: ContainerView[] }>('GET', '/containers')
  assert.deepEqual(listed.body.items.map(({ name }) => name).sort(), ['files', 'memory'])
  for (const { id } of [files, memory]) await mcp.call('DELETE', `/containers/${id}`)
  assert.equal(docker(['volume', 'rm', volume]).status, 0, 'what a server has learnt stays')
})

test('a taken name is refused with the id and state of its holder', { skip }, async () => {
  const { id } = await mcp.install({ name: 'one of a kind', image: images.everything })
  const spec = { name: 'one*of*a*kind', image: images.everything }
  const refused = await mcp.call<Record<string, string>>('POST', '/containers', spec)
  assert.equal(refused.status, 409)
  assert.equal(refused.body['code'], 'MCP_CONSOLE_CONTAINER_NAME_TAKEN')
  assert.equal(refused.body['holderId'], id)
  assert.ok(refused.body['holderState'])
  await mcp.call('DELETE', `/containers/${id}`)

  const foreign = `foreign-${id}`
  const made = docker(['create', '--name', foreign, images.everything])
  const taken = await mcp.call<Record<string, string>>('POST', '/containers', {
    ...{ name: foreign, image: images.everything },
  })
  docker(['rm', '-f', foreign])
  assert.equal(taken.status, 409)
  assert.equal(taken.body['holderId'], made.stdout.trim())
  assert.equal(taken.body['holderState'], 'created')
  assert.deepEqual((await mcp.call<{ items: object[] }>('GET', '/containers')).body.items, [])
})

test('async: accepted at once, with a timeline to healthy and no value in it', {
  skip,
}, async () => {
  const started = performance.now()
  const accepted = await mcp.call<{ jobId: string; containerId: string }>(
    'POST',
    '/containers/install?async=true',
    { name: 'later', image: images.everything, env: { TOKEN: REFERENCE } },
  )
  const tookMs = performance.now() - started
  assert.equal(accepted.status, 202)
  assert.ok(tookMs < 1000, `${tookMs} ms`)
  const job = await mcp.ended(accepted.body.jobId)
  assert.equal(job.state, 'succeeded', JSON.stringify(job))
  assert.ok(job.timeline.length >= 6)
  assert.ok(!JSON.stringify(job).includes(CANARY))
  const { body } = await mcp.call('GET', `/containers/${accepted.body.containerId}`)
  assert.equal(body.state, 'running')
  await mcp.call('DELETE', `/containers/${body.id}`)
})

test('a server that does not come up leaves nothing behind but its last words', {
  skip,
}, async () => {
  const image = scriptImage(
    'crashing',
    'console.error("no such city: " + process.env.TOKEN); process.exit(3)',
  )
  const { body } = await mcp.call<{ jobId: string }>('POST', '/containers/install?async=true', {
    ...{ name: 'crashing', image, env: { TOKEN: REFERENCE } },
  })
  const job = await mcp.ended(body.jobId)
  assert.equal(job.state, 'failed')
  assert.equal(job.reason, 'MCP_CONSOLE_CONTAINER_UNHEALTHY')
  assert.match(job.detail?.en ?? '', /exit code 3/)
  assert.match(JSON.stringify(job.timeline), /no such city: /)
  assert.ok(!JSON.stringify(job).includes(CANARY))
  assert.deepEqual(await mcp.containers(), [])
  assert.deepEqual((await mcp.call<{ items: object[] }>('GET', '/containers')).body.items, [])
  const sync = await mcp.call<{ code: string }>('POST', '/containers', { name: 'crashing', image })
  assert.equal(sync.status, 422)
  assert.equal(sync.body.code, 'MCP_CONSOLE_CONTAINER_UNHEALTHY')
})

test('nothing is created while a reference cannot be filled in', { skip }, async () => {
  const spec = { name: 'unknown', image: images.everything }
  const missing = { ...spec, env: { TOKEN: '{{ bw:weather:no such field }}' } }
  const refused = await mcp.call<{ code: string }>('POST', '/containers', missing)
  assert.equal(refused.status, 422)
  assert.equal(refused.body.code, 'MCP_CONSOLE_SECRET_FIELD_MISSING')
  for (const wrong of [
    { ...spec, env: { TOKEN: 'Bearer {{ bw:weather:token }}' } },
    { ...spec, env: { API_TOKEN: 'ghp_0123456789abcdefghijABCDEFGHIJ456789' } },
    { ...spec, volumes: [{ source: '/etc', target: '/host' }] },
    { ...spec, transport: 'sse' },
    { ...spec, delivery: 'file', command: ['{{ bw:weather:token }}'] },
    { ...spec, env: { 'A=B': 'x' } },
    { ...spec, privileged: true },
  ]) {
    assert.equal((await mcp.call('POST', '/containers', wrong)).status, 422, JSON.stringify(wrong))
  }
  const unknown = { name: 'unknown', image: 'minato-test/no-such-image' }
  const noImage = await mcp.call<{ code: string }>('POST', '/containers', unknown)
  assert.match(noImage.body.code, /^MCP_CONSOLE_IMAGE_/)
  assert.deepEqual(await mcp.containers(), [])
})

test('cancelling stops the work and removes what was half made', { skip }, async () => {
  const image = scriptImage('silent', 'setInterval(() => undefined, 1000)')
  const accepted = await mcp.call<{ jobId: string }>('POST', '/containers/install?async=true', {
    ...{ name: 'silent', image },
  })
  const { jobId } = accepted.body
  for await (const job of mcp.services.jobs.watch(jobId, AbortSignal.timeout(20_000))) {
    if (job.progress >= 85) break
  }
  assert.deepEqual(await mcp.containers(), ['silent'])
  const cancel = { method: 'POST', url: `/api/jobs/${jobId}/cancel`, payload: {} } as const
  await mcp.server.inject({ ...cancel, headers: mcp.operator.headers })
  assert.equal((await mcp.ended(jobId)).state, 'cancelled')
  await until('nothing is left and the name is free', async () => {
    const { body } = await mcp.call<{ items: object[] }>('GET', '/containers')
    return body.items.length === 0 && (await mcp.containers()).length === 0
  })
})

test('who may only look can neither install nor read what servers write', { skip }, async () => {
  const { id } = await mcp.install({ name: 'watched', image: images.everything })
  const viewer = await mcp.server.signIn('user')
  assert.equal((await mcp.call('GET', '/containers', undefined, viewer)).status, 200)
  assert.equal((await mcp.call('GET', `/containers/${id}/config`, undefined, viewer)).status, 403)
  assert.equal((await mcp.call('GET', `/containers/${id}/logs`, undefined, viewer)).status, 403)
  assert.equal((await mcp.call('POST', `/containers/${id}/stop`, {}, viewer)).status, 403)
  assert.equal((await mcp.call('DELETE', `/containers/${id}`, undefined, viewer)).status, 403)
  await mcp.call('DELETE', `/containers/${id}`)
})

test('no value is in the database after all of this', { skip }, async () => {
  const script = scriptImage('plain', mcpScript(''))
  const { id } = await mcp.install({ name: 'plain', image: script, env: { TOKEN: REFERENCE } })
  const rows = await containerTables(mcp.services.db)
    .selectFrom('mcp_console.containers')
    .selectAll()
    .execute()
  assert.ok(!JSON.stringify(rows).includes(CANARY))
  const audit = await mcp.services.audit.list({ target: `container:${id}` })
  assert.deepEqual(
    audit.items.map(({ action }) => action),
    ['mcp-console.container.install'],
  )
  await mcp.call('DELETE', `/containers/${id}`)
})
