import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { type FixtureServer, startFixtureServer } from '../../test/conformance-server/start.ts'
import { startGateway } from '../../test/gateway-client.ts'

/** Tools and nothing else. */
function toolsOnly(): McpServer {
  const server = new McpServer({ name: 'tools-only', version: '2' })
  server.registerTool('<b>bold</b>', { description: '<script>x</script>' }, async () => ({
    content: [],
  }))
  return server
}

describe('inspector', () => {
  let full: FixtureServer
  let small: FixtureServer
  let gateway: Awaited<ReturnType<typeof startGateway>>
  before(async () => {
    full = await startFixtureServer()
    small = await startFixtureServer(toolsOnly)
    gateway = await startGateway({
      full: full.url,
      small: small.url,
      gone: 'http://127.0.0.1:1/mcp',
    })
  })
  after(async () => {
    await gateway?.[Symbol.asyncDispose]()
    await full.close()
    await small.close()
  })
  const items = async (path: string) => {
    const { status, body } = await gateway.ask('GET', `/inspector/${path}`)
    assert.equal(status, 200, JSON.stringify(body))
    return (body as { items: Record<string, unknown>[] }).items
  }

  it('shows what a server offers; lacking prompts or resources is no error', async () => {
    assert.ok((await items('config:full/tools')).some(({ name }) => name === 'echo'))
    assert.ok((await items('config:full/prompts')).length >= 4)
    assert.equal((await items('config:full/resource-templates')).length, 1)
    assert.deepEqual(await items('config:small/prompts'), [])
    assert.deepEqual(await items('config:small/resources'), [])
    const { body } = await gateway.ask('GET', '/inspector/config:small/capabilities')
    const { serverInfo } = body as { serverInfo: { name: string } }
    assert.equal(serverInfo.name, 'tools-only')
  })

  it('gives names and descriptions with HTML as the text they are', async () => {
    const [tool] = await items('small/tools')
    assert.equal(tool?.['name'], '<b>bold</b>')
    assert.equal(tool?.['description'], '<script>x</script>')
  })

  it('runs a tool and keeps it in the history, secrets in arguments masked', async () => {
    const run = await gateway.ask('POST', '/inspector/config:full/tools/echo', {
      arguments: { message: 'hello', password: 'hunter2-hunter2' },
    })
    assert.equal(run.status, 200, JSON.stringify(run.body))
    const { result, outcome } = run.body as { result: { content: unknown[] }; outcome: string }
    assert.equal(outcome, 'ok')
    assert.deepEqual(result.content, [{ type: 'text', text: 'hello' }])
    const runs = await items('config:full/runs')
    assert.deepEqual(runs[0]?.['arguments'], { message: 'hello', password: '[secret]' })
  })

  it('reads resources and gets prompts', async () => {
    const read = await gateway.ask('POST', '/inspector/config:full/resources/read', {
      uri: 'test://static-text',
    })
    assert.equal(read.status, 200)
    const got = await gateway.ask('POST', '/inspector/config:full/prompts/test_simple_prompt', {})
    assert.equal(got.status, 200)
    const wrong = await gateway.ask('POST', '/inspector/config:full/resources/read', {
      uri: 'x://y',
    })
    assert.equal(wrong.status, 502)
    assert.equal((wrong.body as { code: string }).code, 'MCP_CONSOLE_SERVER_REFUSED')
  })

  it('says what is wrong with a server that is not there', async () => {
    const gone = await gateway.ask('GET', '/inspector/config:gone/tools')
    assert.equal(gone.status, 502)
    assert.equal((gone.body as { code: string }).code, 'MCP_CONSOLE_SERVER_UNREACHABLE')
    assert.equal((await gateway.ask('GET', '/inspector/config:none/tools')).status, 404)
    const none = await gateway.ask('POST', '/inspector/config:full/tools/none', {})
    assert.equal(none.status, 404)
  })

  it('copies a configuration for each client, without a key in it', async () => {
    await gateway.profile({ name: 'work', servers: [{ ref: 'config:full', prefix: 'full' }] })
    for (const client of ['claude-desktop', 'vscode', 'cursor']) {
      const path = `/inspector/config:full/client-configuration?client=${client}`
      const { status, body } = await gateway.ask('GET', path)
      assert.equal(status, 200)
      const { text, profile } = body as { text: string; profile: string }
      assert.equal(profile, 'work')
      assert.match(text, /\/mcp\/work"/)
      assert.ok(!text.includes('mnt_'))
      JSON.parse(text)
    }
  })
})
