import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { docker, withoutDocker } from '../../../../test/docker.ts'
import { until } from '../../../../test/until.ts'
import { nameParts, pullImage } from './pull.ts'
import { type Console, openConsole } from './test/console.ts'
import { startRegistry } from './test/registry.ts'

const skip = withoutDocker
let mcp: Console

before(async () => {
  if (skip === false) mcp = await openConsole()
})
after(async () => await mcp?.[Symbol.asyncDispose]())

test('an image is named by registry, repository, tag or digest', () => {
  assert.deepEqual(nameParts('mcp/time'), { fromImage: 'mcp/time', tag: 'latest' })
  assert.deepEqual(nameParts('localhost:5000/a/b:1.2'), {
    fromImage: 'localhost:5000/a/b',
    tag: '1.2',
  })
  assert.deepEqual(nameParts('localhost:5000/a'), { fromImage: 'localhost:5000/a', tag: 'latest' })
  const digest = `sha256:${'0'.repeat(64)}`
  assert.deepEqual(nameParts(`ghcr.io/a/b@${digest}`), { fromImage: 'ghcr.io/a/b', tag: digest })
})

test('an image is fetched with its percentage told, and once', { skip }, async () => {
  await using registry = await startRegistry(1_500_000)
  registry.pauseMs = 30
  const told: number[] = []
  const signal = AbortSignal.timeout(30_000)
  const onPercent = async (percent: number) => void told.push(percent)
  assert.equal(await pullImage(mcp.services, registry.image, { signal, onPercent }), true)
  assert.ok(new Set(told).size >= 3, `told: ${told}`)
  assert.deepEqual(
    told,
    told.toSorted((a, b) => a - b),
    'it never goes back',
  )
  assert.equal(await pullImage(mcp.services, registry.image, { signal, onPercent }), false)
  docker(['rmi', registry.image])
})

test('an image nobody has is told apart from a registry that is away', { skip }, async () => {
  await using registry = await startRegistry(1000)
  const work = { signal: AbortSignal.timeout(30_000), onPercent: async () => undefined }
  const unknown = registry.image.replace('cargo/ship', 'cargo2/none')
  await assert.rejects(pullImage(mcp.services, unknown, work), {
    code: 'MCP_CONSOLE_IMAGE_NOT_FOUND',
  })
  await registry[Symbol.asyncDispose]()
  await assert.rejects(pullImage(mcp.services, registry.image, work), {
    code: 'MCP_CONSOLE_IMAGE_PULL_FAILED',
  })
})

test('cancelling while the image is fetched ends the fetching', { skip }, async () => {
  await using registry = await startRegistry(5_000_000)
  registry.pauseMs = 200 // a quarter of a minute
  const started = performance.now()
  const { body } = await mcp.call<{ jobId: string }>('POST', '/containers/install?async=true', {
    ...{ name: 'fetched', image: registry.image },
  })
  assert.ok(performance.now() - started < 1000)
  await until('it is being fetched', async () => {
    const job = await mcp.services.jobs.get(body.jobId)
    return (job?.progress ?? 0) > 15
  })
  const url = `/api/jobs/${body.jobId}/cancel`
  await mcp.server.inject({ method: 'POST', url, headers: mcp.operator.headers, payload: {} })
  await until('the name is free', async () => {
    const { body: list } = await mcp.call<{ items: object[] }>('GET', '/containers')
    return list.items.length === 0
  })
  assert.equal((await mcp.ended(body.jobId)).state, 'cancelled')
  assert.ok(performance.now() - started < 14_000, 'long before the image would have been there')
  assert.notEqual(docker(['image', 'inspect', registry.image]).status, 0)
})
