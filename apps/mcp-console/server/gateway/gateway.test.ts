import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { type FixtureServer, startFixtureServer } from '../../test/conformance-server/start.ts'
import { startGateway } from '../../test/gateway-client.ts'

describe('gateway: one address for several servers', () => {
  let fixture: FixtureServer
  let gateway: Awaited<ReturnType<typeof startGateway>>
  before(async () => {
    fixture = await startFixtureServer()
    gateway = await startGateway({ alpha: fixture.url, beta: fixture.url })
    await gateway.profile({
      name: 'both',
      servers: [
        { ref: 'config:alpha', prefix: 'alpha' },
        { ref: 'config:beta', prefix: 'beta', tools: ['echo', 'test_simple*'] },
      ],
    })
  })
  after(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await fixture.close()
  })

  it('gives a client with an API key the tools of the profile, and calls one', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    const { tools } = await client.listTools()
    const beta = tools.filter(({ name }) => name.startsWith('beta__'))
    assert.ok(tools.some(({ name }) => name === 'alpha__test_image_content'))
    assert.deepEqual(beta.map(({ name }) => name).sort(), ['beta__echo', 'beta__test_simple_text'])
    const result = await client.callTool({ name: 'alpha__echo', arguments: { message: '港' } })
    assert.deepEqual(result.content, [{ type: 'text', text: '港' }])
    await close()
  })

  it('answers for a tool outside the allow-list as for one that does not exist', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    await assert.rejects(client.callTool({ name: 'beta__test_image_content' }), /Unknown tool/)
    await assert.rejects(client.callTool({ name: 'gamma__echo' }), /Unknown tool/)
    await close()
  })

  it('puts the prefix into the scheme of resources, templates and links, and takes it off again', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    const { resources } = await client.listResources()
    assert.ok(resources.some(({ uri }) => uri === 'beta+test://static-text'))
    const { resourceTemplates } = await client.listResourceTemplates()
    assert.ok(
      resourceTemplates.some((one) => one.uriTemplate === 'alpha+test://template/{id}/data'),
    )
    const { contents } = await client.readResource({ uri: 'alpha+test://template/7/data' })
    assert.equal(contents[0]?.uri, 'alpha+test://template/7/data')
    const { content } = await client.callTool({ name: 'alpha__test_embedded_resource' })
    const [embedded] = content as { resource: { uri: string } }[]
    assert.equal(embedded?.resource.uri, 'alpha+test://embedded-resource')
    await assert.rejects(client.readResource({ uri: 'test://static-text' }), /not found/i)
    await close()
  })

  it('gets prompts and completions from the server that has them', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    const { prompts } = await client.listPrompts()
    assert.ok(prompts.some(({ name }) => name === 'beta__test_simple_prompt'))
    const { messages } = await client.getPrompt({ name: 'beta__test_simple_prompt' })
    assert.equal(messages.length, 1)
    const { completion } = await client.complete({
      ref: { type: 'ref/prompt', name: 'alpha__test_prompt_with_arguments' },
      argument: { name: 'arg1', value: 'par' },
    })
    assert.deepEqual(completion.values, ['paris', 'park', 'party'])
    await close()
  })

  it('keeps the log lines and progress of two clients apart', async () => {
    const key = await gateway.key()
    const [one, two] = await Promise.all([gateway.connect({ key }), gateway.connect({ key })])
    const heard = { one: 0, two: 0 }
    const call = (connected: typeof one, name: keyof typeof heard) =>
      connected.client.callTool({ name: 'alpha__test_tool_with_progress' }, undefined, {
        onprogress: () => {
          heard[name] += 1
        },
      })
    await Promise.all([call(one, 'one'), call(two, 'two')])
    assert.deepEqual(heard, { one: 3, two: 3 })
    await Promise.all([one.close(), two.close()])
  })

  it('tells who subscribed of a change, also after the server was restarted', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    const uri = 'alpha+test://watched-resource'
    let tell: (uri: string) => void = () => undefined
    const next = () => {
      const { promise, resolve } = Promise.withResolvers<string>()
      tell = resolve
      return promise
    }
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) =>
      tell(params.uri),
    )
    await client.subscribeResource({ uri })
    const change = () => {
      for (const server of fixture.sessions()) {
        void server.server.sendResourceUpdated({ uri: 'test://watched-resource' })
      }
    }
    // The server's own stream to the gateway opens a moment after the handshake.
    const told = async () => {
      const first = next()
      const timer = setInterval(change, 50)
      assert.equal(await first, uri)
      clearInterval(timer)
    }
    await told()
    await fixture.forgetSessions()
    await client.callTool({ name: 'alpha__echo', arguments: { message: 'mends it' } })
    await told()
    await close()
  })

  it('puts every call on record, without arguments', async () => {
    const { client, close } = await gateway.connect({ key: await gateway.key() })
    await client.callTool({ name: 'alpha__echo', arguments: { message: 'not on record' } })
    const { body } = await gateway.ask('GET', '/gateway/calls?limit=1')
    const [call] = (body as { items: Record<string, unknown>[] }).items
    assert.equal(call?.['name'], 'alpha__echo')
    assert.equal(call?.['outcome'], 'ok')
    assert.ok(Number(call?.['durationMs']) > 0)
    assert.ok(Number(call?.['resultBytes']) > 0)
    assert.ok(!JSON.stringify(body).includes('not on record'))
    await close()
  })

  it('opens the profile that the address names, else the chosen, else the default', async () => {
    const { id } = await gateway.profile({
      name: 'bare',
      servers: [{ ref: 'config:beta', prefix: '' }],
    })
    const key = await gateway.key('operator')
    const names = async (path?: string) => {
      const { client, close } = await gateway.connect({ key, ...(path && { path }) })
      const { tools } = await client.listTools()
      await close()
      return tools.map(({ name }) => name)
    }
    assert.ok((await names()).includes('alpha__echo'))
    assert.ok((await names('/mcp/bare')).includes('echo'))
    const chosen = await fetch(`${gateway.url}/api/mcp-console/profile-choice`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ profileId: id }),
    })
    assert.equal(chosen.status, 204)
    assert.ok((await names()).includes('echo'))
  })
})
