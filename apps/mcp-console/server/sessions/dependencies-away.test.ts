import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testServer } from '@minato/platform/app/testing'
import { skipWithout } from '../../../../test/peers.ts'
import { startRedis } from '../../../../test/redis.ts'
import { until } from '../../../../test/until.ts'

const BODY = { image: 'minato-test/base', command: ['cat'] }

test('Redis away: 503, and working again without a restart', {
  skip: skipWithout('redis'),
}, async () => {
  await using redis = await startRedis()
  await using server = await testServer({
    env: { REDIS_URL: redis.url, MCP_CONSOLE_DOCKER_SOCKET: '/nowhere/docker.sock' },
  })
  const { headers } = await server.signIn('operator')
  const create = async () => {
    const url = '/api/mcp-console/sessions'
    const answer = await server.inject({ method: 'POST', url, headers, payload: BODY })
    return { status: answer.statusCode, code: answer.json().code }
  }
  const list = async () =>
    (await server.inject({ url: '/api/mcp-console/sessions', headers })).statusCode
  // With Redis there, it is Docker that is missing: 503 as well, but another one.
  const dockerAway = { status: 503, code: 'MCP_CONSOLE_DOCKER_UNAVAILABLE' }
  assert.deepEqual(await create(), dockerAway)
  await redis.stop()
  assert.deepEqual(await create(), { status: 503, code: 'REDIS_UNAVAILABLE' })
  assert.equal(await list(), 200)
  await redis.start()
  await until('Redis is used again', async () => (await create()).code === dockerAway.code)
})
