import { request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { ConsoleServices } from '../config.ts'
import type { ClientFiles } from './tls-folder.ts'

/**
 * A fetch to a session's server over mutual TLS: it trusts the session's authority alone and shows the session's client
 * certificate. The connection itself is outbound's, to the port the container publishes on 127.0.0.1.
 */
export function mtlsFetch(services: ConsoleServices, port: number, files: ClientFiles): FetchLike {
  return async (input, init) => {
    const url = new URL(input)
    const secured = await dial(services, port, files)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const signal = init?.signal ?? undefined
    const request = httpRequest(
      {
        method: init?.method ?? 'GET',
        path: url.pathname + url.search,
        headers: { ...Object.fromEntries(new Headers(init?.headers)), host: url.host },
        createConnection: () => secured,
        ...(signal === undefined ? {} : { signal }),
      },
      (answer) => {
        const headers = new Headers()
        for (const [name, value] of Object.entries(answer.headers)) {
          if (value !== undefined) headers.set(name, String(value))
        }
        const status = answer.statusCode ?? 502
        const empty = status === 204 || status === 304
        const body = empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>)
        if (empty) answer.resume()
        resolve(new Response(body, { status, headers }))
      },
    )
    request.on('error', reject)
    request.end(typeof init?.body === 'string' ? init.body : undefined)
    return await promise
  }
}

async function dial(
  services: ConsoleServices,
  port: number,
  { ca, cert, key }: ClientFiles,
): Promise<TLSSocket> {
  const socket = await services.outbound.connect({ host: '127.0.0.1', port, trust: 'config' })
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>()
  const secured = connectTls({ socket, ca, cert, key, servername: 'localhost' })
  secured.once('secureConnect', () => resolve(secured))
  // Stays: an error after the handshake reaches the request, and must not end the process.
  secured.on('error', reject)
  return await promise
}
