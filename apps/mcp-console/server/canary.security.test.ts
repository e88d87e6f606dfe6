import assert from 'node:assert/strict'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type Sandbox, startSandbox } from '@minato/sandbox'
import { Redis } from 'ioredis'
import pg from 'pg'
import { DOCKER_SOCKET, docker, mcpImages, withoutDocker } from '../../../test/docker.ts'
import { call, newPerson, type Person, signIn } from '../../../test/http-client.ts'
import { skipWithout } from '../../../test/peers.ts'
import { startPostgres, type TestPostgres } from '../../../test/postgres.ts'
import { startRedis, type TestRedis } from '../../../test/redis.ts'
import { type RunningSystem, startSystem } from '../../../test/system.ts'
import { until } from '../../../test/until.ts'

const skip = withoutDocker || skipWithout('postgres', 'redis')
const API = '/api/mcp-console'
/** Of no shape that a detector knows: only where it was put can it be found. */
const BUILT_IN = 'kanarienvogel-im-eigenen-tresor-4711'
const BITWARDEN = 'kanarienvogel-im-fremden-tresor-0815'
const ITEM = '0b7e6f0a-1f0c-4c55-9b53-6a1f00000001'
const MASTER = 'sandbox-master-password-not-secret'
const CONTAINER = `canary-${process.pid}`

let sandbox: Sandbox
let postgres: TestPostgres
let redis: TestRedis
let system: RunningSystem
let person: Person
let outputBefore = ''
const answers: string[] = []

before(async () => {
  if (skip !== false) return
  ;[sandbox, postgres, redis] = await Promise.all([startSandbox(), startPostgres(), startRedis()])
  await fetch(`${sandbox.url}/sandbox/bitwarden/operator@vault.example/items/${ITEM}`, {
    method: 'PUT',
    headers: { 'x-sandbox-token': sandbox.controlToken, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'github', fields: { token: BITWARDEN } }),
  })
  system = await start()
  person = await newPerson(system, 'operator')
})
after(async () => {
  docker(['rm', '-f', '-v', CONTAINER, ...['file', 'z'].map((name) => `${CONTAINER}-${name}`)])
  await system?.[Symbol.asyncDispose]()
  await Promise.all([
    sandbox?.close(),
    postgres?.[Symbol.asyncDispose](),
    redis?.[Symbol.asyncDispose](),
  ])
})

function start(
  dataDir?: string,
  args: string[] = [],
  socket = DOCKER_SOCKET,
): Promise<RunningSystem> {
  return startSystem({
    args,
    ...(dataDir === undefined ? {} : { dataDir }),
    env: {
      DATABASE_URL: postgres.url,
      REDIS_URL: redis.url,
      LOG_LEVEL: 'trace',
      MCP_CONSOLE_BITWARDEN_URL: sandbox.bitwarden.url,
      MCP_CONSOLE_BITWARDEN_CA: sandbox.bitwarden.caFile,
      MCP_CONSOLE_BITWARDEN_TIMEOUT: '60s',
      MCP_CONSOLE_DOCKER_SOCKET: socket,
    },
  })
}

/** The parts of answers that are looked at. */
type Said = { id?: string; jobId?: string; state?: string; items?: Item[] }
type Item = { id?: string; name?: string; state?: string }

async function ask(
  method: string,
  path: string,
  json?: object,
): Promise<{ status: number; body: Said }> {
  const answer = await call(system.url, person, path, { method, ...(json ? { json } : {}) })
  const text = await answer.text()
  answers.push(`${method} ${path} ${answer.status} ${[...answer.headers]} ${text}`)
  return { status: answer.status, body: /^[{[]/.test(text) ? JSON.parse(text) : {} }
}

/** The values and the spellings somebody might find them in. */
const TRACES = [BUILT_IN, BITWARDEN].flatMap((value) => [
  value,
  Buffer.from(value).toString('hex'),
  // Three alignments: base64 of a text in the middle of another.
  ...[0, 1, 2].map((skipped) => Buffer.from(value.slice(skipped, skipped + 27)).toString('base64')),
])

function assertClean(where: string, text: string): void {
  for (const trace of TRACES) assert.ok(!text.includes(trace), `a vault value is in ${where}`)
}

/** Looks everywhere a value could have been left, and says where it was. */
async function lookEverywhere(moment: string): Promise<void> {
  assertClean(`an answer, ${moment}`, answers.join('\n'))
  assertClean(`stdout or stderr, ${moment}`, outputBefore + system.output())
  for (const [table, text] of await databaseDump()) assertClean(`table ${table}, ${moment}`, text)
  assertClean(`Redis, ${moment}`, await redisDump())
  for (const [path, text] of await filesOf(system.dataDir)) assertClean(`${path}, ${moment}`, text)
  for (const [path, text] of await leftFolders()) assertClean(`${path}, ${moment}`, text)
  assertClean(`the process list, ${moment}`, await processList())
}

async function databaseDump(): Promise<[string, string][]> {
  const client = new pg.Client({ connectionString: postgres.url })
  await client.connect()
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname not in ('pg_catalog', 'information_schema')`,
    )
    assert.ok(tables.rows.some(({ name }) => name === 'mcp_console.vault_items'))
    const dump: [string, string][] = []
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ text: string | null }>(
        `select string_agg(t::text, E'\\n') as text from ${name} t`,
      )
      dump.push([name, rows[0]?.text ?? ''])
    }
    return dump
  } finally {
    await client.end()
  }
}

async function redisDump(): Promise<string> {
  const client = new Redis(redis.url)
  const parts: unknown[] = []
  for (const key of await client.keys('*')) {
    const type = await client.type(key)
    parts.push(key)
    if (type === 'string') parts.push(await client.get(key))
    if (type === 'hash') parts.push(await client.hgetall(key))
    if (type === 'list') parts.push(await client.lrange(key, 0, -1))
    if (type === 'set') parts.push(await client.smembers(key))
    if (type === 'zset') parts.push(await client.zrange(key, 0, -1))
    if (type === 'stream') parts.push(await client.xrange(key, '-', '+'))
  }
  client.disconnect()
  return JSON.stringify(parts)
}

/** A key of the cache under which an item of a vault lies. */
function isCachedItem(part: unknown): boolean {
  return typeof part === 'string' && /^minato:cache:.*vault:/.test(part)
}

async function filesOf(folder: string): Promise<[string, string][]> {
  const names = await readdir(folder, { recursive: true })
  const paths = names.map((name) => join(folder, name))
  const found: [string, string][] = []
  for (const path of paths) {
    if ((await stat(path).catch(() => undefined))?.isFile() !== true) continue
    found.push([path, await readFile(path, 'latin1').catch(() => '')])
  }
  return found
}

/** What the Bitwarden program's folders hold while it runs, and what a killed process leaves. */
async function leftFolders(): Promise<[string, string][]> {
  const names = (await readdir('/dev/shm')).filter((name) => name.startsWith('minato-bw-'))
  return (
    await Promise.all(names.map((name) => filesOf(join('/dev/shm', name)).catch(() => [])))
  ).flat()
}

async function processList(): Promise<string> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (pid: string) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  // The test itself names nothing on its command line.
  return (await Promise.all(pids.map(read))).join('\n')
}

/** Watches the process list while something runs. */
async function watching<T>(work: Promise<T>): Promise<T> {
  let over = false
  const watch = (async () => {
    while (!over) assertClean('the process list meanwhile', await processList())
  })()
  try {
    return await work
  } finally {
    over = true
    await watch
  }
}

function inspect(name: string): { Config: { Env: string[] }; State: { Running: boolean } } {
  const { stdout, stderr } = docker(['inspect', name])
  assert.notEqual(stdout.trim(), '[]', stderr)
  return JSON.parse(stdout)[0]
}

async function openVaults(): Promise<void> {
  const item = { name: 'own', fields: { token: BUILT_IN } }
  assert.equal((await ask('POST', `${API}/vault/items`, item)).status, 201)
  const credentials = {
    clientId: 'user.5f0d3c3e-6b0e-4c39-9d7a-0a1f6f3f7a01',
    clientSecret: 'sandbox-client-secret-not-secret',
    masterPassword: MASTER,
  }
  const opened = await ask('POST', `${API}/vault/open`, credentials)
  assert.equal(opened.status, 200, JSON.stringify(opened.body))
}

/** An isolated session whose command and tool print their environment; its container has the values. */
async function printInSession(image: string, env: Record<string, string>): Promise<void> {
  const made = await watching(ask('POST', `${API}/sessions`, { image, env }))
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const path = `${API}/sessions/${made.body.id}`
  const given = inspect(`minato-session-${made.body.id}`).Config.Env
  assert.ok(given.includes(`OWN=${BUILT_IN}`) && given.includes(`THEIRS=${BITWARDEN}`))
  for (const run of [
    { command: ['sh', '-c', 'env; env >&2; echo "$OWN" | base64; exit 3'] },
    { command: ['sh', '-c', `echo '{"text":"'"$OWN$THEIRS"'"}'`] },
    { tool: 'get-env' },
    { tool: 'echo', arguments: {} },
  ]) {
    const ran = await watching(ask('POST', `${path}/exec`, run))
    assert.equal(ran.status, 200, JSON.stringify(ran.body))
    if (!('arguments' in run)) assert.match(JSON.stringify(ran.body), /\[secret\]/)
  }
  const later = await ask('POST', `${path}/exec?async=true`, { tool: 'get-env' })
  await until('the run has ended', async () => {
    const { body } = await ask('GET', `/api/jobs/${later.body.jobId}`)
    return body.state === 'succeeded'
  })
  await ask('GET', `${path}/runs/${later.body.jobId}`)
  assert.equal((await ask('DELETE', path)).status, 204)
}

test('a vault value is in the container that was given it, and nowhere else', {
  skip,
}, async (t) => {
  const { everything } = mcpImages()
  const env = { OWN: '{{ bw:own:token }}', THEIRS: '{{ bw:github:token }}' }
  await t.test('installation', async () => {
    await watching(openVaults())
    await ask('POST', `${API}/preflight`, { env, missing: '{{ bw:own:nothing }}' })
    const spec = { name: CONTAINER, image: everything, env }
    const made = await watching(ask('POST', `${API}/containers/install`, spec))
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const given = inspect(CONTAINER).Config.Env
    assert.ok(given.includes(`OWN=${BUILT_IN}`) && given.includes(`THEIRS=${BITWARDEN}`))
    await ask('GET', `${API}/containers/${made.body.id}`)
    await ask('GET', `${API}/containers/${made.body.id}/config`)
    await ask('GET', `${API}/vault/items`)
    await lookEverywhere('after an installation')
    assert.ok(JSON.parse(await redisDump()).some(isCachedItem), 'the item is cached, encrypted')
    const tool = `${API}/inspector/${made.body.id}/tools/echo`
    const ran = await ask('POST', tool, { arguments: { message: 'hello' } })
    assert.equal(ran.status, 200, JSON.stringify(ran.body))
    const printed = await ask('POST', `${API}/inspector/${made.body.id}/tools/get-env`, {
      arguments: {},
    })
    assert.equal(printed.status, 200, JSON.stringify(printed.body))
    assert.match(JSON.stringify(printed.body), /THEIRS/, 'the tool prints its environment')
    await lookEverywhere('after tools ran, one of which prints its environment')
  })
  await t.test('runs in an isolated session', async () => {
    await printInSession(everything, env)
    await lookEverywhere('after runs in an isolated session')
  })
  await t.test('failed installations', async () => {
    const failing = [
      { name: `${CONTAINER}-x`, image: 'minato-test/there-is-none:1', env },
      { name: `${CONTAINER}-y`, image: everything, env: { ...env, X: '{{ bw:own:nothing }}' } },
      { name: `${CONTAINER}-z`, image: everything, env, command: ['no-such-transport'] },
    ]
    for (const spec of failing) {
      const failed = await watching(ask('POST', `${API}/containers/install?async=true`, spec))
      const { jobId } = failed.body
      if (jobId === undefined) continue
      await until(
        'the job has ended',
        async () => {
          const { body } = await ask('GET', `/api/jobs/${jobId}`)
          return !['queued', 'running'].includes(body.state ?? '')
        },
        60_000,
      )
      assert.notEqual((await ask('GET', `/api/jobs/${jobId}`)).body.state, 'succeeded', spec.name)
    }
    await ask('GET', '/api/jobs')
    await lookEverywhere('after failed installations')
  })
  await t.test('crash, and the start after it', async () => {
    const spec = { name: `${CONTAINER}-file`, image: everything, env, delivery: 'file' }
    const running = ask('POST', `${API}/containers/install`, spec).catch(() => undefined)
    // In the middle of it: the vault is being read or the container made.
    await until('the job runs', async () => {
      const { body } = await ask('GET', '/api/jobs')
      return body.items?.some((job) => job.state === 'running') === true
    })
    await system.kill()
    await running
    for (const [table, text] of await databaseDump()) assertClean(`table ${table}, killed`, text)
    assertClean('Redis, killed', await redisDump())
    for (const [path, text] of await filesOf(system.dataDir)) assertClean(`${path}, killed`, text)
    for (const [path, text] of await leftFolders()) assertClean(`${path}, killed`, text)
    outputBefore += system.output()
    system = await start(system.dataDir)
    await lookEverywhere('after a crash')
  })
  await t.test('web apart from workers', async () => {
    outputBefore += system.output()
    await system.stop()
    const worker = await start(system.dataDir, ['--role', 'worker'])
    system = await start(system.dataDir, ['--role', 'web'], '/nowhere/docker.sock')
    const installed = (await ask('GET', `${API}/containers`)).body.items ?? []
    const { id } = installed.find(({ name }) => name === CONTAINER) ?? {}
    const printed = await ask('POST', `${API}/inspector/${id}/tools/get-env`, { arguments: {} })
    assert.equal(printed.status, 200, JSON.stringify(printed.body))
    assert.match(JSON.stringify(printed.body), /THEIRS/, 'the tool prints its environment')
    await printInSession(everything, env)
    await lookEverywhere('after a tool printed its environment to a web process')
    outputBefore += system.output() + worker.output()
    await Promise.all([system.stop(), worker.stop()])
    system = await start(system.dataDir)
  })
  await t.test('sign-out', async () => {
    // From an address of its own account: the session that opened the vault ends.
    await ask('POST', '/api/auth/sign-out')
    await until('the session key is gone', async () => {
      const dump = new Map(await databaseDump())
      return dump.get('mcp_console.vault_sessions') === ''
    })
    const cached = async () => JSON.parse(await redisDump()).filter(isCachedItem)
    await until('no item of the session is cached', async () => (await cached()).length === 0)
    const again = await signIn(system.url, person.email, person.password)
    assert.equal(again.status, 200)
    await lookEverywhere('after sign-out')
  })
})
