import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { readConfig } from '../app/read-config.ts'
import { createOutbound, OutboundError } from './index.ts'

const ROOT = new URL('../../..', import.meta.url).pathname

async function listen(status: number, headers: Record<string, string> = {}) {
  const server = createServer((_request, response) => response.writeHead(status, headers).end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { origin, [Symbol.dispose]: () => void server.close() }
}

const refused = (code: string) => (error: unknown) =>
  error instanceof OutboundError && error.code === code

test('a user may name the exact origin of a stand-in, and no other on loopback', async () => {
  using standIn = await listen(200)
  using other = await listen(200)
  await using outbound = createOutbound({ sandboxOrigins: [standIn.origin] })
  const answer = await outbound.fetch(`${standIn.origin}/mcp`, { trust: 'user' })
  assert.equal(await answer.text(), 'ok')
  assert.equal(outbound.check(`${standIn.origin}/mcp`).verdict, 'allow')
  assert.equal(outbound.check(`${other.origin}/mcp`).verdict, 'refuse')
  const loopback = refused('OUTBOUND_LOOPBACK')
  await assert.rejects(outbound.fetch(other.origin, { trust: 'user' }), loopback)
  const renamed = standIn.origin.replace('127.0.0.1', 'localhost')
  await assert.rejects(outbound.fetch(renamed, { trust: 'user' }), loopback)
})

test('a stand-in cannot redirect to another listener of the machine', async () => {
  using other = await listen(200)
  using standIn = await listen(307, { location: `${other.origin}/admin` })
  await using outbound = createOutbound({ sandboxOrigins: [standIn.origin] })
  const call = outbound.fetch(standIn.origin, { trust: 'user', redirect: 'follow' })
  await assert.rejects(call, refused('OUTBOUND_LOOPBACK'))
})

test('production refuses the switch, and no profile takes an origin off loopback', () => {
  const problems = (env: Record<string, string>) => {
    try {
      readConfig({ root: ROOT }, [], env)
      return ''
    } catch (error) {
      return String(JSON.stringify(error, Object.getOwnPropertyNames(error)))
    }
  }
  const origins = 'http://127.0.0.1:4321'
  const name = /OUTBOUND_SANDBOX_ORIGINS/
  assert.equal(problems({ MINATO_ENV: 'test', OUTBOUND_SANDBOX_ORIGINS: origins }), '')
  for (const profile of ['production', 'staging']) {
    assert.match(problems({ MINATO_ENV: profile, OUTBOUND_SANDBOX_ORIGINS: origins }), name)
    assert.doesNotMatch(problems({ MINATO_ENV: profile }), name)
  }
  for (const bad of [
    'http://10.0.0.1:80',
    'http://127.0.0.1:80/x',
    'http://127.0.0.1.evil.test:80',
  ])
    assert.match(problems({ MINATO_ENV: 'test', OUTBOUND_SANDBOX_ORIGINS: bad }), name)
})
