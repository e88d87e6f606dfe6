import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Measured } from '../main.ts'
import { median, rounded } from '../median.ts'
import { load } from './load.ts'
import { PATH } from './payload.ts'

const ROUNDS = 5
const SECONDS = 2
const CONNECTIONS = 64

type Stack = { name: string; url: string; process: ChildProcess; perSecond: number[] }

/**
 * An authenticated JSON route: the platform's server against bare Fastify and against the usual
 * plugins, each in a process of its own, in turns, so that the machine's moods fall on all alike.
 */
export async function http(): Promise<Measured> {
  const minato = await startStack('minato', [])
  const { token, jwks } = minato.message
  const stacks = [
    minato.stack,
    (await startStack('bare', [jwks])).stack,
    (await startStack('by-the-book', [jwks])).stack,
  ]
  try {
    for (const stack of stacks) await measure(stack, token, 1)
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const stack of stacks) stack.perSecond.push(await measure(stack, token, SECONDS))
    }
  } finally {
    for (const stack of stacks) stack.process.kill()
  }
  return report(stacks)
}

type Ready = { url: string; token: string; jwks: string }

async function startStack(name: string, args: string[]): Promise<{ stack: Stack; message: Ready }> {
  const child = fork(join(import.meta.dirname, `${name}.ts`), args, {
    // Log lines are really written, to where nobody reads them.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  const [message]: [Ready] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The stack "${name}" ended with ${code} before it listened.`)
    }),
  ])) as [Ready]
  return { stack: { name, url: message.url, process: child, perSecond: [] }, message }
}

function measure(stack: Stack, token: string, seconds: number): Promise<number> {
  const headers = { authorization: `Bearer ${token}` }
  return load({ url: stack.url, path: PATH, headers, connections: CONNECTIONS, seconds })
}

function report(stacks: Stack[]): Measured {
  const middle = new Map(stacks.map((stack) => [stack.name, median(stack.perSecond)]))
  // The ratio is taken round by round: neighbours in time had the same machine.
  const ratio = (other: string) => {
    const own = stacks.find((stack) => stack.name === 'minato')?.perSecond ?? []
    const theirs = stacks.find((stack) => stack.name === other)?.perSecond ?? []
    return rounded(median(own.map((value, index) => value / (theirs[index] ?? Number.NaN))))
  }
  return {
    json: { ratioToBare: ratio('bare'), ratioToByTheBook: ratio('by-the-book') },
    tables: [
      {
        title: 'http: an authenticated JSON route, requests/s (median of rounds)',
        columns: ['stack', 'requests/s', 'minato ÷ it'],
        rows: stacks.map(({ name }) => [
          name,
          Math.round(middle.get(name) ?? 0),
          name === 'minato' ? 1 : ratio(name),
        ]),
      },
    ],
  }
}
