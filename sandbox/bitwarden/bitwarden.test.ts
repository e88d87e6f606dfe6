import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createDecipheriv, createHmac } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Sandbox, startSandbox } from '../start.ts'
import { masterKey, masterPasswordHash, stretch } from './key-derivation.ts'
import { totp } from './two-step.ts'

const PASSWORD = 'sandbox-master-password-not-secret'
const EMAIL = 'operator@vault.example'
const TOTP_SECRET = 'JBSWY3DPEHPK3PXP'
const DEVICE = { deviceType: '8', deviceIdentifier: 'test-device', deviceName: 'linux' }
const BW = fileURLToPath(import.meta.resolve('@bitwarden/cli/build/bw.js'))

let sandbox: Sandbox
let ca: string
let offsetMs = 0
before(async () => {
  sandbox = await startSandbox({ now: () => new Date(Date.now() + offsetMs) })
  ca = await readFile(sandbox.bitwarden.caFile, 'utf8')
})
after(() => sandbox.close())

type Sent = { form?: Record<string, string>; json?: object; token?: string }

async function call(path: string, { form, json, token }: Sent = {}) {
  const body = form === undefined ? JSON.stringify(json) : String(new URLSearchParams(form))
  const headers = {
    'content-type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }
  const sends = form !== undefined || json !== undefined
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const url = `${sandbox.bitwarden.url}${path}`
    const asked = request(url, { method: sends ? 'POST' : 'GET', ca, headers }, resolve)
    asked.on('error', reject)
    asked.end(sends ? body : undefined)
  })
  const said = await text(answer)
  return { status: answer.statusCode, body: said.startsWith('{') ? JSON.parse(said) : said }
}

async function hashOf(email: string): Promise<string> {
  return await masterPasswordHash(await masterKey(PASSWORD, email, 100_000), PASSWORD)
}

async function passwordGrant(email: string, more: Record<string, string> = {}) {
  return {
    grant_type: 'password',
    client_id: 'cli',
    scope: 'api offline_access',
    username: email,
    password: await hashOf(email),
    ...DEVICE,
    ...more,
  }
}

/** The parts of the control API's answers that are looked at. */
type Said = { mails?: { id: string }[]; text?: string; accounts?: object[] }

async function control(method: 'PUT' | 'POST' | 'GET', path: string, body?: object): Promise<Said> {
  const answer = await fetch(`${sandbox.url}/sandbox${path}`, {
    method,
    headers: {
      'x-sandbox-token': sandbox.controlToken,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const said = await answer.text()
  assert.ok(answer.ok, said)
  return said.startsWith('{') ? JSON.parse(said) : {}
}

/** What a client does with an EncString: checks the MAC, then decrypts. */
function decrypt(key: Buffer, sealed: string): Buffer {
  const [iv, body, mac] = sealed
    .slice(2)
    .split('|')
    .map((part) => Buffer.from(part, 'base64'))
  assert.ok(iv && body && mac)
  const wanted = createHmac('sha256', key.subarray(32)).update(iv).update(body).digest()
  assert.deepEqual(mac, wanted)
  const decipher = createDecipheriv('aes-256-cbc', key.subarray(0, 32), iv)
  return Buffer.concat([decipher.update(body), decipher.final()])
}

test('a password becomes the user key, and the user key opens the items', async () => {
  const prelogin = await call('/identity/accounts/prelogin', { json: { email: EMAIL } })
  assert.equal(prelogin.body.KdfIterations, 100_000)
  const granted = await call('/identity/connect/token', { form: await passwordGrant(EMAIL) })
  assert.equal(granted.status, 200)
  const master = await masterKey(PASSWORD, EMAIL, prelogin.body.KdfIterations)
  const userKey = decrypt(stretch(master), granted.body.Key)
  const sync = await call('/api/sync', { token: granted.body.access_token })
  assert.equal(sync.status, 200)
  const names = sync.body.ciphers.map(({ name }: { name: string }) =>
    String(decrypt(userKey, name)),
  )
  assert.ok(names.includes('github') && names.includes('データベース'))
  assert.ok(!JSON.stringify(sync.body).includes('sandbox-github-token'), 'no item in the clear')
  const renewed = await call('/identity/connect/token', {
    form: {
      grant_type: 'refresh_token',
      client_id: 'cli',
      refresh_token: granted.body.refresh_token,
    },
  })
  assert.equal((await call('/api/sync', { token: renewed.body.access_token })).status, 200)
})

test('refuses what the real server refuses', async () => {
  const good = await passwordGrant(EMAIL)
  const { deviceIdentifier: _device, ...noDevice } = good
  const refusals: [Record<string, string>, string][] = [
    [{ ...good, password: 'd3Jvbmc=' }, 'invalid_grant'],
    [{ ...good, username: 'nobody@vault.example' }, 'invalid_grant'],
    [noDevice, 'invalid_grant'],
    [{ ...good, client_id: 'curl' }, 'invalid_client'],
    [{ ...good, scope: 'openid' }, 'invalid_scope'],
    [{ ...good, grant_type: 'magic' }, 'unsupported_grant_type'],
    [{ grant_type: 'refresh_token', client_id: 'cli', refresh_token: 'made-up' }, 'invalid_grant'],
    [
      {
        grant_type: 'client_credentials',
        client_id: 'user.unknown',
        client_secret: 'x',
        scope: 'api',
      },
      'invalid_client',
    ],
  ]
  for (const [form, error] of refusals) {
    const answer = await call('/identity/connect/token', { form })
    assert.deepEqual([answer.status, answer.body.error], [400, error], JSON.stringify(form))
  }
  assert.equal((await call('/api/sync')).status, 401)
  assert.equal((await call('/api/sync', { token: 'a.b.c' })).status, 401)
  const { access_token: token } = (await call('/identity/connect/token', { form: good })).body
  offsetMs = 3_700_000
  assert.equal((await call('/api/sync', { token })).status, 401, 'expired')
  offsetMs = 0
  const plain = await fetch(sandbox.bitwarden.url.replace('https', 'http')).catch(() => undefined)
  assert.equal(plain, undefined, 'speaks TLS only')
})

test('a two-step code is good once; a mailed one is in the mailbox', async () => {
  const email = 'totp@vault.example'
  const asked = await call('/identity/connect/token', { form: await passwordGrant(email) })
  assert.deepEqual(asked.body.TwoFactorProviders, ['0'])
  const code = totp(TOTP_SECRET, new Date())
  const step = { twoFactorToken: code, twoFactorProvider: '0' }
  const form = await passwordGrant(email, step)
  assert.equal((await call('/identity/connect/token', { form })).status, 200)
  const replayed = await call('/identity/connect/token', { form })
  assert.match(replayed.body.ErrorModel.Message, /Two-step token is invalid/)

  const mail = 'mail@vault.example'
  const json = { email: mail, masterPasswordHash: await hashOf(mail) }
  assert.equal((await call('/api/two-factor/send-email-login', { json })).status, 200)
  const wrong = { json: { ...json, masterPasswordHash: 'eA==' } }
  assert.equal((await call('/api/two-factor/send-email-login', wrong)).status, 400)
  const { mails } = await control('GET', `/mail?query=${mail}`)
  const { text: body } = await control('GET', `/mail/${mails?.[0]?.id}`)
  const mailed = /\d{6}/.exec(body ?? '')?.[0] ?? ''
  const second = await passwordGrant(mail, { twoFactorToken: mailed, twoFactorProvider: '1' })
  assert.equal((await call('/identity/connect/token', { form: second })).status, 200)
  assert.equal((await call('/identity/connect/token', { form: second })).status, 400)
})

test('scenarios act, and a reset ends them', async () => {
  const form = await passwordGrant(EMAIL)
  for (const [scenario, status] of [
    ['rate-limit', 429],
    ['down', 503],
    ['wrong-password', 400],
    ['two-step-required', 400],
    ['new-device', 400],
  ] as const) {
    await control('PUT', '/scenarios/bitwarden', { scenario, count: 1 })
    assert.equal((await call('/identity/connect/token', { form })).status, status, scenario)
  }
  const { access_token: token } = (await call('/identity/connect/token', { form })).body
  await control('PUT', '/scenarios/bitwarden', { scenario: 'session-expired' })
  assert.equal((await call('/api/accounts/profile', { token })).status, 401)
  await control('PUT', `/bitwarden/${EMAIL}/items/new`, { name: 'fresh', password: 'p' })
  await control('POST', '/reset')
  const { accounts } = await control('GET', '/bitwarden')
  assert.ok(!JSON.stringify(accounts).includes('fresh'))
  assert.equal((await call('/api/sync', { token })).status, 401, 'tokens end with a reset')
})

test('the real program signs in with a code, unlocks and reads an item', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'minato-bw-test-'))
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: folder,
    BITWARDENCLI_APPDATA_DIR: folder,
    NODE_EXTRA_CA_CERTS: sandbox.bitwarden.caFile,
    BW_NOINTERACTION: 'true',
  }
  const bw = async (args: string[], more: Record<string, string> = {}) => {
    const options = { env: { ...env, ...more }, timeout: 60_000 }
    const { stdout } = await promisify(execFile)(process.execPath, [BW, ...args], options)
    return stdout.trim()
  }
  try {
    // Codes of the test before are used up: the next step of the clock is a minute away.
    offsetMs = 90_000
    await bw(['config', 'server', sandbox.bitwarden.url])
    const code = totp(TOTP_SECRET, new Date(Date.now() + offsetMs))
    const login = ['login', '--raw', '--passwordenv', 'PW', '--method', '0', '--code', code]
    const key = await bw([...login, 'totp@vault.example'], { PW: PASSWORD })
    const item = JSON.parse(await bw(['get', 'item', 'github'], { BW_SESSION: key }))
    assert.deepEqual(item.fields, [{ type: 1, name: 'token', value: 'sandbox-github-token-0011' }])
  } finally {
    offsetMs = 0
    await rm(folder, { recursive: true })
  }
})
