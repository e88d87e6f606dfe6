import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type FixtureServer, startFixtureServer } from '../../test/conformance-server/start.ts'
import { startGateway } from '../../test/gateway-client.ts'

describe('gateway: one address for several servers', () => {
  let fixture: FixtureServer
  let gateway: Awaited<ReturnType<typeof startGateway>>
  before(async () => {
    fixture = await startFixtureServer()
    gateway = await startGateway({ alpha: fixture.url, beta: fixture.url })
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await fixture.close()
  })

  it('gives a client with an API key the tools of the profile, and calls one', async () => {
    await gateway.profile({ name: 'first', servers: [{ ref: 'config:alpha', prefix: 'alpha' }] })
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    const { tools } = await client.listTools()
    assert.ok(tools.some(({ name }) => name === 'alpha__echo'))
    const result = await client.callTool({ name: 'alpha__echo', arguments: { message: '港' } })
    assert.deepEqual(result.content, [{ type: 'text', text: '港' }])
    await close()
  })
})
