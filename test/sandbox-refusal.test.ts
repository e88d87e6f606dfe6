import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, test } from 'node:test'
import { type PlatformConfig, platformSections } from '../platform/src/app/platform-config.ts'
import { refuseSandboxes } from '../platform/src/app/refuse-sandboxes.ts'
import {
  ConfigError,
  type Environment,
  loadConfig,
  type Profile,
} from '../platform/src/config/index.ts'
import { createOutbound } from '../platform/src/outbound/index.ts'
import { type Sandbox, startSandbox } from '../sandbox/index.ts'
import { environmentOf } from '../sandbox/variables.ts'

let sandbox: Sandbox
before(async () => {
  sandbox = await startSandbox()
})
after(() => sandbox.close())

/** Names of the variables that are refused. */
async function refused(env: Environment, profile: Profile = 'production'): Promise<string[]> {
  const loaded = loadConfig({ root: '/nowhere', env, sections: platformSections })
  const config = loaded.values as unknown as PlatformConfig
  await using outbound = createOutbound()
  try {
    await refuseSandboxes({ profile, config, outbound })
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    for (const { mend } of error.problems) assert.match(mend.en, /MINATO_ALLOW_SANDBOX/)
    return error.problems.map(({ variable }) => variable)
  }
}

const ALL = ['LLM_URL', 'MAIL_URL', 'FILES_URL', 'SENTRY_DSN']

test('in production and staging each sandbox is recognised by what it says of itself', async () => {
  const env = environmentOf(sandbox)
  assert.deepEqual(await refused(env), ALL)
  assert.deepEqual(await refused(env, 'staging'), ALL)
  assert.deepEqual(await refused(env, 'development'), [])
})

test('MINATO_ALLOW_SANDBOX allows what it names and nothing else', async () => {
  const env = environmentOf(sandbox)
  const allowing = (names: string) => refused({ ...env, MINATO_ALLOW_SANDBOX: names })
  assert.deepEqual(await allowing('model,errors'), ['MAIL_URL', 'FILES_URL'])
  assert.deepEqual(await allowing('mail,files'), ['LLM_URL', 'SENTRY_DSN'])
  assert.deepEqual(await allowing('model,mail,files,errors'), [])
})

test('real services, silent ones and absent ones are not refused', async () => {
  const greeting = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.write('220-mail.example ESMTP ready\r\n220 no sandbox here\r\n')
  })
  const silent = createServer((socket) => void socket.on('error', () => undefined))
  const storage = createHttpServer((_request, response) => {
    response.writeHead(403, { server: 'AmazonS3' }).end('<Error/>')
  })
  const [mail, mute, files] = [await listen(greeting), await listen(silent), await listen(storage)]
  try {
    const env = (mailPort: number) => ({
      MAIL_URL: `smtp://127.0.0.1:${mailPort}`,
      FILES_URL: `s3://bucket?endpoint=http://127.0.0.1:${files}&region=a`,
      FILES_ACCESS_KEY_ID: 'id',
      FILES_SECRET_ACCESS_KEY: 'secret',
    })
    assert.deepEqual(await refused(env(mail)), [])
    assert.deepEqual(await refused(env(mute)), [], 'within seconds')
    assert.deepEqual(await refused({ LLM_URL: 'http://127.0.0.1:9/v1', LLM_MODEL: 'm' }), [])
    assert.deepEqual(await refused({}), [])
  } finally {
    for (const server of [greeting, silent, storage]) server.close()
  }
})

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}
