import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Environment } from '../config/index.ts'
import type { Answer } from './host.ts'

/** What the deployer asks of the process it started in the stack's network, one line each. */
const question = z.object({
  id: z.number(),
  to: z.enum(['web-blue', 'web-green', 'front']),
  path: z.string().startsWith('/'),
})
export type Question = z.infer<typeof question>

const TIMEOUT_MS = 5000
/** /metrics of a busy process is some hundred kilobytes; nothing else that is asked is near that. */
const MAX_BYTES = 8 * 1024 * 1024
const FRONT = { host: 'nginx', port: 8443 }

/**
 * Reads questions from a stream and writes the answers, until the stream ends. The token for /metrics
 * is read here and never leaves.
 */
export async function answerQuestions(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  env: Environment,
): Promise<void> {
  const pending = new Set<Promise<void>>()
  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue
    const asked = question.parse(JSON.parse(line))
    const work = answer(asked, env).then((answers) => {
      output.write(`${JSON.stringify({ id: asked.id, answers })}\n`)
    })
    pending.add(work)
    void work.finally(() => pending.delete(work))
  }
  await Promise.all(pending)
}

async function answer({ to, path }: Question, env: Environment): Promise<Answer[]> {
  if (to === 'front') return [await askFront(path, env)]
  const port = Number(env['PORT'] ?? 3000)
  const addresses = await lookup(to, { all: true, family: 4 }).catch(() => [])
  const token = path === '/metrics' ? metricsToken(env) : undefined
  return await Promise.all(
    addresses.map(({ address }) => ask({ address, port, path, token, shown: to })),
  )
}

function metricsToken(env: Environment): string | undefined {
  const file = env['METRICS_TOKEN_FILE']
  return file === undefined ? env['METRICS_TOKEN'] : readFileSync(file, 'utf8').trim()
}

type Asked = {
  address: string
  port: number
  path: string
  token: string | undefined
  shown: string
}

async function ask({ address, port, path, token, shown }: Asked): Promise<Answer> {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const url = `http://${shown}:${port}${path}`
  const outgoing = plain({ host: address, port, path, headers, timeout: TIMEOUT_MS, agent: false })
  return await collect(url, outgoing)
}

/** As a browser would, by the public name, but within the network: nginx must answer for it. */
async function askFront(path: string, env: Environment): Promise<Answer> {
  const name = new URL(env['PUBLIC_URL'] ?? 'https://localhost').hostname
  const { host, port } = FRONT
  const outgoing = secure({
    host,
    port,
    path,
    servername: name,
    headers: { host: name },
    // Whether the certificate fits is the cut-over's question, asked from outside.
    rejectUnauthorized: false,
    timeout: TIMEOUT_MS,
    agent: false,
  })
  return await collect(`https://${name}${path}`, outgoing)
}

async function collect(url: string, outgoing: ReturnType<typeof plain>): Promise<Answer> {
  const started = performance.now()
  const done = (status: number, type: string, body: string): Answer => ({
    url,
    status,
    ms: Math.round(performance.now() - started),
    type,
    body,
  })
  return await new Promise((resolve) => {
    outgoing.once('timeout', () => outgoing.destroy(new Error('timed out')))
    outgoing.once('error', (error) => resolve(done(0, '', error.message)))
    outgoing.once('response', (response: IncomingMessage) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (body.length < MAX_BYTES) body += chunk
      })
      response.once('error', (error) => resolve(done(0, '', error.message)))
      response.once('end', () => {
        resolve(done(response.statusCode ?? 0, response.headers['content-type'] ?? '', body))
      })
    })
    outgoing.end()
  })
}
