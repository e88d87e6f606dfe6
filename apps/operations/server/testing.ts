import { after, before } from 'node:test'
import { defineApp } from '@minato/platform/app'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import operations from '../app.ts'

export type OperationsServer = {
  server: TestServer
  sandbox: Sandbox
  /** Every route of the app, as `GET /api/operations/users/:id`. */
  routes: readonly string[]
} & AsyncDisposable

/** The app on a fresh database, beside a sandbox of its own that it controls. */
export async function operationsServer(): Promise<OperationsServer> {
  const sandbox = await startSandbox({ tokensPerSecond: 0, firstTokenMs: 0 })
  const sandboxControl = { url: sandbox.url, token: sandbox.controlToken }
  const routes: string[] = []
  const app = defineApp({
    ...operations,
    routes(scope, services) {
      scope.addHook('onRoute', ({ method, url }) => {
        for (const one of [method].flat()) if (one !== 'HEAD') routes.push(`${one} ${url}`)
      })
      operations.routes?.(scope, { ...services, sandboxControl })
    },
  })
  const server = await testServer({
    apps: [app],
    env: {
      LLM_URL: sandbox.llmUrl,
      LLM_API_KEY: 'sk-sandbox',
      LLM_MODEL: 'sandbox-main',
      MAIL_URL: sandbox.smtpUrl,
    },
  })
  return {
    server,
    sandbox,
    routes,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

/** A session whose person has entered the password again. */
export async function steppedUp(server: TestServer, role: 'operator' | 'admin') {
  const person = await server.signIn(role)
  const answer = await server.inject({
    method: 'POST',
    url: '/api/auth/step-up',
    headers: person.headers,
    payload: { password: 'kaze-to-minato-no-uta-7' },
  })
  if (answer.statusCode !== 200) throw new Error(`Step-up failed: ${answer.body}`)
  return person
}

/** One server for a whole test file, and an operator who asks it. */
export function operatorOfFile() {
  const file = {} as { operations: OperationsServer; headers: Record<string, string> }
  before(async () => {
    file.operations = await operationsServer()
    file.headers = (await file.operations.server.signIn('operator')).headers
  })
  after(async () => {
    await file.operations[Symbol.asyncDispose]()
  })
  return Object.assign(file, {
    get: async (path: string) =>
      await file.operations.server.inject({
        url: `/api/operations${path}`,
        headers: file.headers,
      }),
    send: async (method: 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) =>
      await file.operations.server.inject({
        method,
        url: `/api/operations${path}`,
        headers: file.headers,
        ...(payload === undefined ? {} : { payload }),
      }),
  })
}
