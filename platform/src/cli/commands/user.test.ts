import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { startMinato } from '../../app/start.ts'
import type { System } from '../../app/system.ts'
import { main } from '../main.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const PASSWORD = 'tortoise-lantern-42'

function sink() {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream, text: () => text }
}

/** A laptop without apps and stand-ins; the command line and the server share its folder. */
function laptop() {
  const dataDir = mkdtempSync(join(tmpdir(), 'minato-cli-'))
  const system: System = {
    root: ROOT,
    version: '0.0.0-test',
    apps: async () => [],
    startStandIns: async () => ({
      ...{ names: [], variables: {}, control: { url: 'http://127.0.0.1:1', token: '' } },
      close: async () => undefined,
    }),
    buildSite: async () => undefined,
    commands: {},
  }
  const env = {
    MINATO_ENV: 'test',
    MINATO_DATA_DIR: dataDir,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    HTTP_DRAIN_DEADLINE: '200ms',
  }
  return {
    start: () => startMinato({ system, env, role: 'all' }),
    async minato(line: string, stdin = '') {
      const [stdout, stderr] = [sink(), sink()]
      const io = { stdin: Readable.from([stdin]), env, cwd: ROOT, system }
      const streams = { stdout: stdout.stream, stderr: stderr.stream }
      const code = await main(line.split(' '), { ...io, ...streams })
      return { code, stdout: stdout.text(), stderr: stderr.text() }
    },
    [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }),
  }
}

type Laptop = ReturnType<typeof laptop>

async function walk({ minato }: Laptop): Promise<{ key: string }> {
  const create = 'user create --email ann@example.jp --role admin --password-stdin'
  const made = await minato(create, `${PASSWORD}\n`)
  assert.equal(made.code, 0, made.stderr)
  assert.match(made.stdout, /^[0-9a-f-]{36}\n$/)
  const again = await minato(create, PASSWORD)
  assert.equal(again.code, 1)
  assert.match(again.stderr, /AUTH_USER_EXISTS/)
  const listed = await minato('user list --json')
  const [row] = JSON.parse(listed.stdout)
  assert.deepEqual(
    [row.email, row.roles, row.status, row.emailVerified],
    ['ann@example.jp', ['admin'], 'active', true],
  )
  const key = await minato('key create --user ann@example.jp --expires 30d')
  assert.match(key.stdout, /^mnt_[0-9A-Za-z]{46}\n$/, 'stdout is the key alone')
  const weak = await minato(
    'user create --email weak@example.jp --role user --password-stdin',
    'password123',
  )
  assert.equal(weak.code, 1)
  assert.match(weak.stderr, /leaked passwords/)
  const last = await minato('user disable ann@example.jp')
  assert.match(last.stderr, /AUTH_LAST_ADMIN/)
  return { key: key.stdout.trim() }
}

test('people and keys are managed while no server runs', async () => {
  using it = laptop()
  const create = 'user create --email ann@example.jp --role operator --password-stdin --json'
  const made = await it.minato(create, PASSWORD)
  assert.deepEqual(JSON.parse(made.stdout).roles, ['operator'])
  const key = await it.minato('key create --user ANN@example.jp --scopes users.view')
  assert.match(key.stdout, /^mnt_[0-9A-Za-z]{46}\n$/)
})

test('and while one runs that owns the embedded database', async () => {
  using it = laptop()
  const running = await it.start()
  assert.match(running.setupUrl ?? '', /\/setup#token=[\w-]{43}$/)
  const ask = (path: string, init: RequestInit = {}) => fetch(running.url + path, init)
  try {
    const { key } = await walk(it)
    const token = running.setupUrl?.split('#token=')[1]
    const setup = await ask(`/api/auth/setup?token=${token}`)
    assert.deepEqual(await setup.json(), { valid: false }, 'an administrator exists now')
    const headers = { authorization: `Bearer ${key}` }
    assert.equal((await ask('/api/auth/session', { headers })).status, 200)
    const list = await it.minato('key list --user ann@example.jp --json')
    const [{ id, prefix }] = JSON.parse(list.stdout)
    assert.equal(prefix, key.slice(0, 10))
    assert.equal((await it.minato(`key revoke ${id}`)).code, 0)
    assert.equal((await ask('/api/auth/session', { headers })).status, 401, 'at once')
    const signIn = (password: string) =>
      ask('/api/auth/sign-in', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'ann@example.jp', password }),
      })
    assert.equal((await signIn(PASSWORD)).status, 200, 'one trailing newline was dropped')
    const set = 'user set-password ann@example.jp --password-stdin'
    assert.equal((await it.minato(set, 'hedgehog-teapot-77\r\n')).code, 0)
    assert.equal((await signIn('hedgehog-teapot-77')).status, 200)
    const { items } = await running.booted.services.audit.list({ actorId: 'cli' })
    assert.deepEqual(
      items.map((item) => item.action),
      ['user.set-password', 'key.revoke', 'key.create', 'user.create'],
    )
  } finally {
    await running.stop('test')
  }
})

test('what is not understood gets the usage and exit code 2', async () => {
  using it = laptop()
  for (const line of [
    'user',
    'user bogus',
    'user create --role user --password-stdin',
    'user create --email a@example.jp --role king --password-stdin',
    'user create --email a@example.jp --role user',
    'user create --email a@example.jp --role user --password-stdin', // nothing on stdin
    'user disable',
    'key create',
    'key create --user a@example.jp --expires soon',
    'key create --user a@example.jp --scopes a,,b',
    'key revoke',
  ]) {
    const answer = await it.minato(line)
    assert.equal(answer.code, 2, line)
    assert.match(answer.stderr, /^minato (user|key): .+\n\nUsage: /, line)
    assert.equal(answer.stdout, '')
  }
})
