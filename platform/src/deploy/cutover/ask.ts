import { request as plain, type RequestOptions } from 'node:http'
import { request as secure } from 'node:https'

export type Asked = { status: number; headers: NodeJS.Dict<string | string[]>; body: string }

type AskOptions = {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Where to connect instead of where the name points. */
  address?: string | undefined
  ca?: string | undefined
}

const WITHIN_MS = 10_000
const MAX_CHARACTERS = 4 * 1024 * 1024

/** One request as it is, redirects not followed. The certificate has lines of its own. */
export async function askOnce(url: string, options: AskOptions = {}): Promise<Asked> {
  const { protocol, hostname, port, pathname, search, host } = new URL(url)
  const settings: RequestOptions & { servername?: string; rejectUnauthorized?: boolean } = {
    method: options.method ?? 'GET',
    host: options.address ?? hostname,
    port: port === '' ? undefined : Number(port),
    path: `${pathname}${search}`,
    headers: { host, 'user-agent': 'minato-cutover', ...options.headers },
    timeout: WITHIN_MS,
    agent: false,
    ...(protocol === 'https:' ? { servername: hostname, rejectUnauthorized: false } : {}),
  }
  return await new Promise((resolve, reject) => {
    const outgoing = protocol === 'https:' ? secure(settings) : plain(settings)
    outgoing.once('timeout', () => outgoing.destroy(new Error(`${url} did not answer in 10 s`)))
    outgoing.once('error', reject)
    outgoing.once('response', (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        if (body.length < MAX_CHARACTERS) body += chunk
      })
      response.once('error', reject)
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
      })
    })
    outgoing.end(options.body)
  })
}
