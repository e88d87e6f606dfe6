import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Ask, Cost, Order, Seen, Told } from './told.ts'

export type Figures = Seen & Told & { perSecond: number; cpuUs: number }

/** A server and its clients, each in a process of their own. */
export type Contender = {
  name: string
  measure(kind: 'burst' | 'paced' | 'publish', count: number, pauseMs?: number): Promise<Figures>
  close(): void
}

type Options = { name: string; program: string; env: NodeJS.ProcessEnv; people: number }

export async function contender(options: Options, clients: number): Promise<Contender> {
  const server = await child(options.program, options.env)
  const { url } = (await server.next()) as { url: string }
  const keys: string[] = []
  while (keys.length < options.people) {
    server.tell({ kind: 'person' })
    keys.push(((await server.next()) as { key: string }).key)
  }
  const crowd = await child('clients-process.ts', {})
  crowd.tell({ kind: 'connect', url, keys, clients })
  await crowd.next()
  return {
    name: options.name,
    async measure(kind, count, pauseMs = 0) {
      crowd.tell({ kind: 'expect', events: count })
      await crowd.next()
      const all = crowd.next()
      server.tell({ kind, count, pauseMs })
      const [told, seen] = [(await server.next()) as Told, (await all) as Seen]
      server.tell({ kind: 'cost' })
      const { cpuMs } = (await server.next()) as Cost
      const ms = Number(BigInt(seen.endedNs) - BigInt(told.startedNs)) / 1e6
      const deliveries = count * clients
      return {
        ...seen,
        ...told,
        perSecond: (deliveries / ms) * 1000,
        cpuUs: (cpuMs * 1000) / deliveries,
      }
    },
    close() {
      crowd.end()
      server.end()
    },
  }
}

async function child(program: string, env: NodeJS.ProcessEnv) {
  const process = fork(join(import.meta.dirname, program), [], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const answers: unknown[] = []
  process.on('message', (answer) => void answers.push(answer))
  return {
    tell: (order: Order | Ask) => void process.send(order),
    async next(): Promise<unknown> {
      while (answers.length === 0) await answerOf(process, program)
      return answers.shift()
    },
    end: () => void process.kill('SIGKILL'),
  }
}

async function answerOf(process: ChildProcess, program: string): Promise<void> {
  const gone = new AbortController()
  const exited = once(process, 'exit', { signal: gone.signal }).then(([code]) => {
    throw new Error(`${program} ended with ${code}`)
  })
  try {
    await Promise.race([once(process, 'message', { signal: gone.signal }), exited])
  } finally {
    exited.catch(() => undefined)
    gone.abort()
  }
}
