import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/free-port.ts'
import { type Deployment, startDeployment } from '../deployment.ts'
import type { Measured } from '../main.ts'
import { median, quantile, rounded } from '../median.ts'
import type { Done, Work } from './client.ts'
import { openIdleSessions } from './idle-sessions.ts'

const ROUNDS = 7
const ROUND_MS = 1500
const SERVERS_OF_LIST = 10
const IDLE_SESSIONS = 1000
const SETTLE_MS = 5000

type Way = { name: string; work: Omit<Work, 'concurrent' | 'ms'> }

/** Calls of one tool of the everything server, directly and through `/mcp`, in turns in one run. */
export async function gateway(): Promise<Measured> {
  await using opened = new AsyncDisposableStack()
  const upstream = await startEverything(opened)
  const names = Array.from({ length: SERVERS_OF_LIST }, (_, index) => `s${index}`)
  const server = await startDeployment(
    {
      MCP_CONSOLE_SERVERS: names.map((name) => `${name}=${upstream}`).join(','),
      MCP_CONSOLE_CALLS_PER_MINUTE: '1000000',
      RATE_READ: '999999999/1m',
      MCP_CONSOLE_GATEWAY_HOSTS: '127.0.0.1',
    },
    'operator',
  )
  opened.use(server)
  const key = await server.newKey()
  await makeProfiles(server, key, names)
  const idle = await idleMemory(server, key)
  const client = await startClient(opened)
  const direct: Way = { name: 'direct', work: { url: upstream, key: undefined, tool: 'echo' } }
  const through: Way = {
    name: 'through',
    work: { url: `${server.url}/mcp/one`, key, tool: 's0__echo' },
  }
  const one = await compare(client, [direct, through], 1)
  const eight = await compare(client, [direct, through], 8)
  const list = await ask(client, {
    ...through.work,
    url: `${server.url}/mcp/ten`,
    tool: '',
    concurrent: 1,
    ms: ROUND_MS,
  })
  return report({ one, eight, listMs: median(list.latencies), idle })
}

type Idle = { before: number; after: number; open: number }

/** Resident memory with idle sessions, of a process that has done nothing else yet. */
async function idleMemory(server: Deployment, key: string): Promise<Idle> {
  await delay(SETTLE_MS)
  const before = server.rssMb()
  await using idle = await openIdleSessions(`${server.url}/mcp/one`, key, IDLE_SESSIONS)
  await delay(SETTLE_MS)
  return { before, after: server.rssMb(), open: idle.open() }
}

async function startEverything(opened: AsyncDisposableStack): Promise<string> {
  const port = await freePort()
  const program = fileURLToPath(
    import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js'),
  )
  const child = spawn(process.execPath, [program, 'streamableHttp'], {
    stdio: 'ignore',
    env: { ...process.env, PORT: String(port) },
  })
  opened.defer(() => end(child))
  const url = `http://127.0.0.1:${port}/mcp`
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt += 1) {
    const answer = await fetch(url).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer !== undefined) return url
    await delay(100)
  }
  throw new Error('The everything server did not listen in time.')
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}

async function makeProfiles(server: Deployment, key: string, names: string[]): Promise<void> {
  const profiles = [
    { name: 'one', servers: [{ ref: 'config:s0', prefix: 's0' }] },
    { name: 'ten', servers: names.map((name) => ({ ref: `config:${name}`, prefix: name })) },
  ]
  for (const profile of profiles) {
    const answer = await fetch(`${server.url}/api/mcp-console/profiles`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(profile),
    })
    if (answer.status !== 201) throw new Error(`No profile: ${await answer.text()}`)
  }
}

async function startClient(opened: AsyncDisposableStack): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'client.ts'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  opened.defer(() => end(child))
  await once(child, 'message')
  return child
}

async function ask(client: ChildProcess, work: Work): Promise<Done> {
  const aborter = new AbortController()
  const { signal } = aborter
  const ended = once(client, 'exit', { signal }).then(([code]) => {
    throw new Error(`The client ended with ${String(code)}.`)
  })
  client.send(work)
  const [done] = (await Promise.race([once(client, 'message', { signal }), ended])) as [Done]
  ended.catch(() => undefined)
  aborter.abort()
  return done
}

type Compared = { perSecond: number[]; p50: number[]; p99: number[] }

/** Rounds of both ways in turns: neighbours in time had the same machine. The first one warms up. */
async function compare(client: ChildProcess, ways: Way[], concurrent: number) {
  const results = new Map<string, Compared>()
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const { name, work } of ways) {
      const { perSecond, latencies } = await ask(client, { ...work, concurrent, ms: ROUND_MS })
      if (round === 0) continue
      const result = results.get(name) ?? { perSecond: [], p50: [], p99: [] }
      results.set(name, result)
      result.perSecond.push(perSecond)
      result.p50.push(quantile(latencies, 0.5))
      result.p99.push(quantile(latencies, 0.99))
    }
  }
  const [direct, through] = ways.map(({ name }) => results.get(name))
  if (direct === undefined || through === undefined) throw new Error('Nothing was measured.')
  return { direct, through }
}

type Sides = { direct: Compared; through: Compared }

const ratio = ({ direct, through }: Sides) =>
  rounded(median(through.perSecond.map((value, round) => value / (direct.perSecond[round] ?? 0))))

/** Differences are taken round by round. */
const added = ({ direct, through }: Sides, what: 'p50' | 'p99') =>
  rounded(median(through[what].map((value, round) => value - (direct[what][round] ?? 0))))

function report(measured: { one: Sides; eight: Sides; listMs: number; idle: Idle }): Measured {
  const { one, eight, listMs, idle } = measured
  const throughputRatio = ratio(eight)
  const json = {
    throughputRatio,
    addedP50MsAtOne: added(one, 'p50'),
    addedP99MsAtEight: added(eight, 'p99'),
    listToolsMs: rounded(listMs),
    idleSessions: idle.open,
    rssMbBefore: idle.before,
    rssMbAfter: idle.after,
  }
  const middle = (values: number[]) => rounded(median(values))
  const row = (name: 'direct' | 'through') => [
    name,
    Math.round(median(eight[name].perSecond)),
    middle(eight[name].p50),
    middle(eight[name].p99),
    middle(one[name].p50),
  ]
  return {
    json,
    tables: [
      {
        title: 'gateway: calls of echo of the everything server (medians of rounds)',
        columns: ['way', 'calls/s at 8', 'p50 at 8, ms', 'p99 at 8, ms', 'p50 at 1, ms'],
        rows: [row('direct'), row('through')],
      },
      {
        title: 'gateway: against its aims (medians of what each round gave)',
        columns: ['measure', 'wanted', 'measured'],
        rows: [
          ['throughput at 8, through ÷ direct', '≥ 0.7', throughputRatio],
          ['p50 added at 1, ms', '< 1', json.addedP50MsAtOne],
          ['p99 added at 8, ms', '< 10', json.addedP99MsAtEight],
          [`tools/list over ${SERVERS_OF_LIST} servers, warm, ms`, '< 20', json.listToolsMs],
          [`RSS with ${idle.open} idle sessions, MB (before: ${idle.before})`, '< 200', idle.after],
        ],
      },
    ],
  }
}
