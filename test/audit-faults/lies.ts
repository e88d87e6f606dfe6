import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { Services } from '@minato/platform/app'
import type { Bench } from './bench.ts'
import type { Lie, Passed } from './lying-proxy.ts'
import type { Receivers } from './receivers.ts'

/** One way in which a system that is configured rightly behaves wrongly, and the check that must find it. */
export type LiveFault = {
  id: string
  expect: string
  lie?: Lie
  /** Switches something on in the process or the database; gives what undoes it. */
  plant?(bench: Bench): Promise<() => Promise<unknown> | unknown>
  /** Stands for a service of the audited process that does not do what it should. */
  services?(bench: Bench): Partial<Services>
}

export const without =
  (...names: string[]) =>
  ({ headers }: Passed) => {
    for (const name of names) delete headers[name]
  }

export const cookies =
  (change: (line: string) => string) =>
  ({ headers }: Passed) => {
    const lines = headers['set-cookie']
    if (Array.isArray(lines)) headers['set-cookie'] = lines.map(change)
  }

/** What comes back bears this header. */
export const bears =
  (name: string, value: (request: IncomingMessage) => string) =>
  ({ headers }: Passed, request: IncomingMessage) => {
    headers[name] = value(request)
  }

/** What is passed on says this. */
export const says = (name: string, value: () => string) => (headers: IncomingHttpHeaders) => {
  headers[name] = value()
}

export const html = (text: string) => Buffer.from(`<html><body>${text}</body></html>`)

/** Answers every address once and gives the same to everybody after. */
export function cache(only: RegExp): Lie {
  const kept = new Map<string, Passed>()
  return {
    answer(request, response) {
      const found = kept.get(request.url ?? '')
      if (found === undefined || request.method !== 'GET') return false
      response.writeHead(found.status, found.headers).end(found.body)
      return true
    },
    response(answer, request) {
      if (request.method === 'GET' && answer.status === 200 && only.test(request.url ?? '')) {
        kept.set(request.url ?? '', { ...answer, headers: { ...answer.headers } })
      }
    },
  }
}

export const serve = (path: string, text: string): Lie => ({
  answer(request, response) {
    if (request.url !== path) return false
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(text)
    return true
  },
})

/** What a header says is believed, and passed on as the caller's own address. */
export const believing: Lie = {
  request(headers, { headers: given, socket }) {
    const claimed = given['x-forwarded-for'] ?? given['x-real-ip']
    headers['x-forwarded-for'] =
      claimed === undefined ? (socket.remoteAddress ?? '') : String(claimed)
  },
}

export const swallow: Lie = {
  answer(request, response) {
    if (request.method !== 'POST') return false
    request.resume()
    request.on('end', () => response.writeHead(401).end())
    return true
  },
}

export const SCRIPT = /^\/assets\/.*\.js$/

/** What most programs do with an address that a user gave. */
export function naive({ services: { outbound } }: Bench): Partial<Services> {
  return {
    outbound: {
      ...outbound,
      fetch: async (url, { timeoutMs = 3000, redirect = 'error' }) =>
        await fetch(url, { redirect, signal: AbortSignal.timeout(Math.min(timeoutMs, 1000)) }),
    },
  }
}

export function slowRedis({ redis }: Services): Services['redis'] {
  const ping = async () => {
    await new Promise((resolve) => setTimeout(resolve, 150))
    return 'PONG'
  }
  return Object.assign(Object.create(redis ?? {}), { ping }) as Services['redis']
}

export function goWrong(receivers: Receivers, wrong: Receivers['wrong']): () => void {
  receivers.wrong = wrong
  return () => {
    receivers.wrong = undefined
  }
}

export function switchOn(active: Set<string>, name: string): () => void {
  active.add(name)
  return () => void active.delete(name)
}

export function tellApart(
  answerUnknown: (response: Parameters<NonNullable<Lie['answer']>>[1]) => unknown,
): NonNullable<Lie['answer']> {
  let turn = 0
  return (request, response) => {
    if (request.url !== '/api/auth/sign-in') return false
    turn += 1
    // The audit asks for a known and an unknown user in turn.
    if (turn % 2 === 1) return false
    request.resume()
    answerUnknown(response)
    return true
  }
}

/** Every other sign-in takes longer. */
export function slowInTurn(ms: number): Lie {
  let turn = 0
  return {
    delayMs(request) {
      if (request.url === '/api/auth/sign-in') turn += 1
      return turn % 2 === 0 ? ms : 0
    },
  }
}

export function tellReady(body: object, afterMs = 0): NonNullable<Lie['answer']> {
  let n = 0
  return ({ url }, response) => {
    if (url !== '/health/ready') return false
    n += 1
    const headers = { 'content-type': 'application/json', 'x-request-id': `made-up-${n}` }
    setTimeout(() => response.writeHead(200, headers).end(JSON.stringify(body)), afterMs)
    return true
  }
}

export async function scenario({ sandbox }: Bench, service: string, name: string) {
  const set = async (to: string) => {
    const answer = await fetch(`${sandbox.url}/sandbox/scenarios/${service}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-sandbox-token': sandbox.controlToken },
      body: JSON.stringify({ scenario: to }),
    })
    if (!answer.ok) throw new Error(`scenario ${to}: ${answer.status} ${await answer.text()}`)
  }
  await set(name)
  return async () => await set('normal')
}
