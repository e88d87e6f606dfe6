import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Redis } from 'ioredis'
import { harness } from './test/harness.ts'

const missing = spawnSync('redis-server', ['--version']).status !== 0
const skip = missing ? 'redis-server is not installed' : false

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** A real Redis on a port that stays the same when it is stopped and started. */
async function redisServer() {
  const folder = mkdtempSync(join(tmpdir(), 'minato-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const server = {
    port,
    async start() {
      const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
      child = spawn('redis-server', [...settings, '--dir', folder], { stdio: 'ignore' })
      const probe = new Redis({ port, retryStrategy: () => 20, maxRetriesPerRequest: null })
      probe.on('error', () => undefined)
      await probe.ping()
      probe.disconnect()
    },
    async stop() {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
    async [Symbol.asyncDispose]() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

function client(port: number): Redis {
  const settings = { lazyConnect: true, enableOfflineQueue: false, commandTimeout: 1000 }
  const redis = new Redis({ port, ...settings, retryStrategy: () => 20 })
  redis.on('error', () => undefined)
  redis.connect().catch(() => undefined)
  return redis
}

/** Asks until the answer is as expected; the bound makes a failure a failure. */
async function eventually(what: string, ask: () => Promise<boolean> | boolean): Promise<void> {
  for (let turn = 0; turn < 500; turn += 1) {
    if (await ask()) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  assert.fail(`never: ${what}`)
}

/** Signing in fails closed until Redis is connected, so the first tries may be refused. */
async function signedIn(h: Awaited<ReturnType<typeof harness>>) {
  const user = await h.createPerson('momo@example.jp')
  let cookies: Record<string, string> = {}
  await eventually('signed in', async () => {
    const answer = await h.signIn('momo@example.jp')
    cookies = answer.cookies
    return answer.status === 200
  })
  return { user, cookies, cookie: `minato_session=${cookies['minato_session']}` }
}

test('with Redis a revocation reaches the other process at once', { skip }, async () => {
  await using server = await redisServer()
  await using h = await harness({ redis: () => client(server.port) })
  const other = await h.start()
  const { user, cookie } = await signedIn(h)
  // Cached in the other process: it answers without a promise.
  await eventually('cached', async () => {
    await other.auth.authenticate({ cookie })
    return !(other.auth.authenticate({ cookie }) instanceof Promise)
  })
  await h.auth.sessions.revokeAll(user.id)
  // The clock stands still: the five seconds of the cache cannot be what ends it.
  await eventually('refused', async () => (await other.auth.authenticate({ cookie })) === null)
})

test('with Redis away reads go to the database, and nobody gets in', { skip }, async () => {
  await using server = await redisServer()
  await using h = await harness({ redis: () => client(server.port) })
  const other = await h.start()
  const { cookies, user, cookie } = await signedIn(h)
  const isCached = () => !(other.auth.authenticate({ cookie }) instanceof Promise)
  await eventually('cached', async () => {
    await other.auth.authenticate({ cookie })
    return isCached()
  })
  await server.stop()
  await eventually('not cached any more', () => !isCached())
  assert.equal((await other.call('/api/notes', { cookies })).status, 200, 'signed in all the same')
  await h.auth.sessions.revokeAll(user.id)
  assert.equal((await other.call('/api/notes', { cookies })).status, 401)
  const forged = { minato_session: `mns_${'A'.repeat(43)}` }
  assert.equal((await other.call('/api/notes', { cookies: forged })).status, 401)
  await server.start()
  const again = await h.auth.users.find('momo@example.jp')
  assert.equal(again?.status, 'active')
  await eventually('sign-in works again', async () => {
    const answer = await other.signIn('momo@example.jp')
    return answer.status === 200
  })
})
