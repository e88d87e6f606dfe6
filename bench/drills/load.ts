// 1,000 signed-in people on the small stack (0.5 CPU and 512 MB for the web process, seed 001), each with
// one request every five seconds for two minutes, through nginx over TLS on a connection of their own.
//   npm run drill:load -- [--people 1000] [--seconds 120] [--json]
// Ends with 1 when more than 0.1 % failed, the 95th percentile passed 200 ms, or memory grew.
import { createHash, randomBytes } from 'node:crypto'
import { Agent, request } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Stack, startStack } from '../../test/stack/up.ts'
import { quantile } from '../median.ts'
import { dockerFor } from './compose.ts'

const EVERY_MS = 5000
const ARRIVAL_S = 30
const STATS = ['stats', '--no-stream', '--format', '{{.MemUsage}}']
/** What people who are signed in ask for, in parts of a hundred. */
const MIX: readonly (readonly [parts: number, method: string, path: string])[] = [
  [40, 'GET', '/api/chatbot/conversations'],
  [20, 'GET', '/api/auth/session'],
  [15, 'GET', '/api/chatbot/models'],
  [15, 'GET', '/'],
  [5, 'GET', '/api/jobs'],
  [5, 'POST', '/api/chatbot/conversations'],
]

type Visitor = { cookie: string; agent: Agent }
type Seen = {
  latencies: number[]
  byPath: Map<string, number[]>
  failed: Map<string, number>
  memoryMb: number[]
}

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
})
const people = Number(values.people)
const seconds = Number(values.seconds)
const stack = await startStack({ size: 'small', settings: { LOG_LEVEL: 'warn' } })
try {
  const crowd = signedIn(stack, people).map((cookie) => ({
    cookie,
    agent: new Agent({ keepAlive: true, maxSockets: 1, ca: stack.ca }),
  }))
  // People come, with a TLS handshake each; the process compiles what it runs and takes its memory.
  const arrival = await load(crowd, ARRIVAL_S)
  const seen = await load(crowd, seconds)
  for (const { agent } of crowd) agent.destroy()
  process.exitCode = report(seen, arrival)
} finally {
  await stack.stop()
}

/** People with a session each, written as the system itself writes them: only the hash is stored. */
function signedIn(stack: Stack, count: number): string[] {
  const tokens = Array.from({ length: count }, () => `mns_${randomBytes(32).toString('base64url')}`)
  const rows = tokens.map((token, at) => {
    const hash = createHash('sha256').update(token).digest('hex')
    return `(${at}, '${hash}')`
  })
  const sql = `with given (n, hash) as (values ${rows.join(',')}), made as (
      insert into minato.users (email, email_key, name, roles, email_verified_at)
      select 'p' || n || '@quay.test', 'p' || n || '@quay.test', 'Person ' || n, '{user}', now()
      from given returning id, email)
    insert into minato.sessions (user_id, token_hash, created_at, last_active_at, idle_timeout_ms, expires_at)
    select made.id, given.hash, now(), now(), 1800000, now() + interval '12 hours'
    from made join given on made.email = 'p' || given.n || '@quay.test';`
  const psql = ['psql', '-qX', '-v', 'ON_ERROR_STOP=1', '-U', 'postgres', '-d', 'minato']
  stack.exec('postgres', psql, { stdin: sql })
  return tokens.map((token) => `__Host-minato_session=${token}`)
}

async function load(crowd: readonly Visitor[], forSeconds: number): Promise<Seen> {
  const seen: Seen = { latencies: [], byPath: new Map(), failed: new Map(), memoryMb: [] }
  const end = performance.now() + forSeconds * 1000
  const watching = watchMemory(seen, end)
  await Promise.all(
    crowd.map(async (visitor, at) => {
      // Spread over the five seconds; each keeps its own beat, however long answers take.
      let next = performance.now() + (at / crowd.length) * EVERY_MS
      while (next < end) {
        await delay(Math.max(0, next - performance.now()))
        await ask(visitor, next, seen)
        next += EVERY_MS
      }
    }),
  )
  await watching
  return seen
}

/** Measured from when it was due: a server that stalls is not spared. */
async function ask({ cookie, agent }: Visitor, due: number, seen: Seen): Promise<void> {
  const { method, path } = pick(Math.random() * 100)
  const outcome = await new Promise<string>((resolve) => {
    const headers = {
      cookie,
      origin: stack.url,
      'sec-fetch-site': 'same-origin',
      ...(method === 'POST' ? { 'content-type': 'application/json', 'content-length': 2 } : {}),
    }
    const asked = request(stack.url + path, { method, headers, agent, timeout: 30_000 })
    asked.on('response', (answer) => {
      answer.resume()
      answer.on('end', () => resolve(String(answer.statusCode)))
      answer.on('error', (error) => resolve(error.message))
    })
    asked.on('timeout', () => asked.destroy(new Error('timeout')))
    asked.on('error', (error) => resolve(error.message))
    asked.end(method === 'POST' ? '{}' : undefined)
  })
  if (/^20\d$/.test(outcome)) {
    const ms = performance.now() - due
    seen.latencies.push(ms)
    const what = `${method} ${path}`
    const all = seen.byPath.get(what)
    if (all === undefined) seen.byPath.set(what, [ms])
    else all.push(ms)
  } else {
    const what = `${method} ${path}: ${outcome}`
    seen.failed.set(what, (seen.failed.get(what) ?? 0) + 1)
  }
}

function pick(at: number): { method: string; path: string } {
  let upTo = 0
  for (const [parts, method, path] of MIX) {
    upTo += parts
    if (at < upTo) return { method, path }
  }
  return { method: 'GET', path: '/' }
}

async function watchMemory(seen: Seen, end: number): Promise<void> {
  const [id = ''] = stack.compose(['ps', '--quiet', 'web-blue']).stdout.trim().split('\n')
  while (performance.now() < end) {
    // Not waited for by standing still: the load comes from this very process.
    const shown = await dockerFor(stack, ...STATS, id)
    const megabytes = Number(/^([\d.]+)MiB/.exec(shown)?.[1])
    if (Number.isFinite(megabytes)) seen.memoryMb.push(megabytes)
    await delay(8000)
  }
}

function report({ latencies, byPath, failed, memoryMb }: Seen, arrival: Seen): number {
  const at = (share: number, of = latencies) => Math.round(quantile(of, share))
  const failures = [...failed.values()].reduce((sum, count) => sum + count, 0)
  const requests = latencies.length + failures
  // The first and the last third: a single sample says when the collector ran.
  const third = Math.max(1, Math.floor(memoryMb.length / 3))
  const mean = (part: number[]) => part.reduce((sum, mb) => sum + mb, 0) / Math.max(1, part.length)
  const growthMb = mean(memoryMb.slice(-third)) - mean(memoryMb.slice(0, third))
  const found = {
    ...{ people, seconds, requests, perSecond: Math.round(requests / seconds), failures },
    ...{ p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1) },
    arrivalP95Ms: at(0.95, arrival.latencies),
    ...{ memoryMb: memoryMb.map(Math.round), growthMb: Math.round(growthMb) },
  }
  const held = failures <= requests / 1000 && found.p95Ms < 200 && growthMb < 40
  if (values.json) console.log(JSON.stringify({ ...found, failed: [...failed], held }))
  else {
    for (const [name, value] of Object.entries(found)) console.log(`${name.padEnd(12)} ${value}`)
    for (const [what, all] of byPath) {
      console.log(`  ${what}: ${all.length}, p95 ${at(0.95, all)} ms`)
    }
    for (const [what, count] of failed) console.log(`  ${count} × ${what}`)
    console.log(held ? 'held: errors ≤ 0.1 %, p95 < 200 ms, memory flat' : 'not held')
  }
  return held ? 0 : 1
}
