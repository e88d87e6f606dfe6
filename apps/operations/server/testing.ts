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
