import assert from 'node:assert/strict'
import type { AppDefinition } from '@minato/platform/app'
import { type SignedIn, type TestServer, testServer } from '@minato/platform/app/testing'
import type { JobView } from '@minato/platform/jobs'
import { DOCKER_SOCKET, docker } from '../../../../../test/docker.ts'
import { until } from '../../../../../test/until.ts'
import app from '../../../app.ts'
import type { ConsoleServices } from '../../config.ts'
import { instanceOf } from '../instance.ts'
import type { ServerSpecInput } from '../spec.ts'
import type { ContainerView } from '../view.ts'

/** A value that must be seen nowhere but in the container it is for. */
export const CANARY = 'kanaria-uta-wo-wasureta-7f3a'
export const REFERENCE = '{{ bw:weather:token }}'

type Answer<T> = { status: number; body: T; headers: Record<string, unknown> }

/** The console on a fresh database, signed in as an operator whose vault has one item. */
export type Console = {
  server: TestServer
  services: ConsoleServices
  operator: SignedIn
  call<T = ContainerView>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    payload?: object,
    as?: SignedIn,
  ): Promise<Answer<T>>
  install(spec: ServerSpecInput): Promise<ContainerView>
  /** The job once it has ended. */
  ended(jobId: string): Promise<JobView>
  /** Docker's names of what this console has made, running or not. */
  containers(): Promise<string[]>
  [Symbol.asyncDispose](): Promise<void>
}

export async function openConsole(env: Record<string, string> = {}): Promise<Console> {
  const server = await testServer({
    apps: [app as unknown as AppDefinition],
    env: { MCP_CONSOLE_DOCKER_SOCKET: DOCKER_SOCKET, ...env },
  })
  const appConfig = server.services.appConfigs['mcp-console'] as ConsoleServices['appConfig']
  const services = { ...server.services, appConfig }
  const operator = await server.signIn('operator')
  const call: Console['call'] = async (method, path, payload, as = operator) => {
    const answer = await server.inject({
      method,
      url: `/api/mcp-console${path}`,
      headers: as.headers,
      ...(payload === undefined ? {} : { payload }),
    })
    assert.ok(!answer.body.includes(CANARY), `the secret is in the answer to ${method} ${path}`)
    const body = answer.body === '' ? null : JSON.parse(answer.body)
    return { status: answer.statusCode, body, headers: answer.headers }
  }
  const item = await call('POST', '/vault/items', { name: 'weather', fields: { token: CANARY } })
  assert.equal(item.status, 201)
  const ours = async () => [
    '--filter',
    `label=app.minato.mcp-console.instance=${await instanceOf(services)}`,
  ]
  return {
    server,
    services,
    operator,
    call,
    async install(spec) {
      const { status, body } = await call('POST', '/containers/install', spec)
      assert.equal(status, 201, JSON.stringify(body))
      return body
    },
    async ended(jobId) {
      let job: JobView | undefined
      await until(`job ${jobId} has ended`, async () => {
        job = await services.jobs.get(jobId)
        return job !== undefined && !['queued', 'running'].includes(job.state)
      })
      assert.ok(job !== undefined)
      return job
    },
    async containers() {
      const { stdout } = docker(['ps', '-a', '--format', '{{.Names}}', ...(await ours())])
      return stdout.split('\n').filter((name) => name !== '')
    },
    async [Symbol.asyncDispose]() {
      const { stdout } = docker(['ps', '-aq', ...(await ours())])
      const left = stdout.split('\n').filter((id) => id !== '')
      if (left.length > 0) docker(['rm', '-f', '-v', ...left])
      await server[Symbol.asyncDispose]()
    },
  }
}

const IMPORTS = `
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
const server = new McpServer({ name: 'script', version: '1.0.0' })
`

/** Source of an MCP server over stdio that also does this. */
export function mcpScript(code: string): string {
  return `${IMPORTS}\n${code}\nawait server.connect(new StdioServerTransport())\n`
}
