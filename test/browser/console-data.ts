import assert from 'node:assert/strict'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { DOCKER_SOCKET, mcpImages, withoutDocker } from '../docker.ts'
import { call, type Person } from '../http-client.ts'
import type { RunningSystem } from '../system.ts'
import { until } from '../until.ts'
import type { Examples } from './walk-data.ts'

type Made = { id: string }
type Ask = <T>(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, json?: object) => Promise<T>

/** Variables of a system whose console is to be filled. */
export const consoleEnvironment = {
  MCP_CONSOLE_DOCKER_SOCKET: DOCKER_SOCKET,
  // The held tool is found by a second look at its server.
  MCP_CONSOLE_LISTING_MAX_AGE: '1s',
}

type Filled = AsyncDisposable & { examples: Examples }

/**
 * Something on every page of the MCP console. Without a Docker engine the pages of a server show
 * that there is none.
 */
export async function fillConsole({ url }: RunningSystem, admin: Person): Promise<Filled> {
  const ask: Ask = async (method, path, json) => {
    const init = { method, ...(json === undefined ? {} : { json }) }
    const answer = await call(url, admin, `/api${path}`, init)
    const text = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as never
  }
  const fields = { token: 'not-a-real-token', password: 'not-a-real-password' }
  await ask('POST', '/mcp-console/vault/items', { name: 'github', fields })
  await ask('PUT', '/mcp-console/config', CONFIGURATION)
  const remote = await addRemotes(ask)
  const docker = withoutDocker === false ? await installServer(ask) : undefined
  const profile = await talkThroughProfile(ask, url, remote, docker?.server)
  const { server = 'unknown', job = 'unknown', session = 'unknown' } = docker ?? {}
  return {
    examples: {
      '/mcp-console/catalog/$source/$': '/mcp-console/catalog/docker/github-official',
      '/mcp-console/servers/$id': `/mcp-console/servers/${server}`,
      '/mcp-console/servers/$id/logs': `/mcp-console/servers/${server}/logs`,
      '/mcp-console/servers/$id/edit': `/mcp-console/servers/${server}/edit`,
      '/mcp-console/jobs/$id': `/mcp-console/jobs/${job}`,
      '/mcp-console/inspector/$id': `/mcp-console/inspector/remote:${remote.good}`,
      '/mcp-console/gateway/$id': `/mcp-console/gateway/${profile}`,
      '/mcp-console/sessions/$id': `/mcp-console/sessions/${session}`,
    },
    async [Symbol.asyncDispose]() {
      if (docker === undefined) return
      await ask('DELETE', `/mcp-console/sessions/${session}`)
      await ask('DELETE', `/mcp-console/containers/${server}`)
    },
  }
}

const CONFIGURATION = {
  version: 0,
  note: '最初の設定',
  document: {
    version: '1.0',
    servers: [
      { name: 'github', server: 'config:github', config: { token: '{{ bw:github:token }}' } },
    ],
    settings: { callsPerMinute: 300 },
  },
}

/** The sandbox's servers, at whichever of the allowed hosts they are. */
async function addRemotes(ask: Ask): Promise<{ good: string; changing: string }> {
  const { items } = await ask<{ items: { pattern: string }[] }>('GET', '/mcp-console/remote-hosts')
  const at = async (kind: string) => {
    for (const { pattern } of items) {
      const url = `http://${pattern}/${kind}/mcp`
      if ((await fetch(url, { method: 'POST' })).status === 404) continue
      const body = { name: `${kind} server`, url }
      const { id } = await ask<Made>('POST', '/mcp-console/remote-servers', body)
      // Connecting lists the tools, and the changing server's first list is for the gateway.
      if (kind === 'good') await ask('POST', `/mcp-console/remote-servers/${id}/connect`, {})
      return id
    }
    throw new Error(`The sandbox's ${kind} server is at none of ${JSON.stringify(items)}`)
  }
  return { good: await at('good'), changing: await at('changing') }
}

async function installServer(ask: Ask): Promise<{ server: string; job: string; session: string }> {
  const image = mcpImages().everything
  const name = `walk-${crypto.randomUUID().slice(0, 8)}`
  const spec = { name, image, env: { GITHUB_TOKEN: '{{ bw:github:token }}' }, network: 'none' }
  type Accepted = { containerId: string; jobId: string }
  const path = '/mcp-console/containers/install?async=true'
  const { containerId, jobId } = await ask<Accepted>('POST', path, spec)
  await until('the server is installed', async () => {
    const { state } = await ask<{ state: string }>('GET', `/jobs/${jobId}`)
    assert.notEqual(state, 'failed')
    return state === 'succeeded'
  })
  const session = await ask<Made>('POST', '/mcp-console/sessions', { image, name: '試し' })
  return { server: containerId, job: jobId, session: session.id }
}

/** Calls and a held tool: the changing server is listed twice. */
async function talkThroughProfile(
  ask: Ask,
  url: string,
  remote: { good: string; changing: string },
  container: string | undefined,
): Promise<string> {
  const servers = [
    { ref: `remote:${remote.good}`, prefix: 'good' },
    { ref: `remote:${remote.changing}`, prefix: 'changing' },
    ...(container === undefined ? [] : [{ ref: `container:${container}`, prefix: 'everything' }]),
  ]
  const profile = { name: 'agents', title: '開発チーム', servers }
  const { id } = await ask<Made>('POST', '/mcp-console/profiles', profile)
  const { key } = await ask<{ key: string }>('POST', '/auth/keys', {
    name: '試験用',
    expiresInDays: 7,
  })
  const client = new Client({ name: 'walk', version: '1.0.0' })
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp/agents`), {
    requestInit: { headers: { authorization: `Bearer ${key}` } },
  })
  await client.connect(transport as Parameters<Client['connect']>[0])
  try {
    const held = async () => {
      await client.listTools()
      const path = '/mcp-console/tool-pins?state=held'
      return (await ask<{ items: unknown[] }>('GET', path)).items.length > 0
    }
    await until('a tool is held', held)
    const { tools } = await client.listTools()
    const name = tools.find((tool) => tool.name.startsWith('good__'))?.name ?? ''
    await client.callTool({ name, arguments: {} }).catch(() => undefined) // refused is a row too
    const path = `/mcp-console/inspector/${encodeURIComponent(`remote:${remote.good}`)}`
    const tool = name.replace('good__', '')
    await ask('POST', `${path}/tools/${tool}`, { arguments: { message: '港は静か', a: 1, b: 2 } })
  } finally {
    await client.close()
  }
  return id
}
