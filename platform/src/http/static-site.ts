import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { commonErrors } from '../errors/index.ts'
import { addOpenRoutes } from './route-rules.ts'
import { type CspSources, PAGE_HEADERS, pagePolicy } from './security-headers.ts'

/** Addresses that belong to programs, never to a page. */
const NOT_PAGES = /^\/(api|v1|mcp|health|metrics|assets|\.well-known)(\/|$)/

/**
 * Serves the built browser code: hashed assets immutable, and index.html with a fresh nonce for
 * every address a person may open.
 */
export async function serveSite(
  server: FastifyInstance,
  options: { folder: string; csp: CspSources },
): Promise<void> {
  const index = join(options.folder, 'index.html')
  if (!existsSync(index)) {
    server.setNotFoundHandler(async () => {
      throw commonErrors.NOT_FOUND()
    })
    return
  }
  const template = await readFile(index, 'utf8')
  const files: FastifyStaticOptions = {
    root: options.folder,
    serve: true,
    wildcard: false,
    index: false,
    preCompressed: true,
    cacheControl: false,
    globIgnore: ['index.html', '**/.*', '**/*.map', '**/*.br', '**/*.gz'],
    setHeaders(reply, path) {
      const immutable = path.includes('/assets/')
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  }
  await addOpenRoutes(server, () => server.register(fastifyStatic, files))
  server.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '/'
    const page = request.method === 'GET' || request.method === 'HEAD'
    if (!page || NOT_PAGES.test(path) || /\.[a-z0-9]{2,5}$/i.test(path))
      throw commonErrors.NOT_FOUND()
    const nonce = randomBytes(16).toString('base64url')
    return reply
      .headers(PAGE_HEADERS)
      .header('content-security-policy', pagePolicy(nonce, options.csp))
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(template.replaceAll('__CSP_NONCE__', nonce))
  })
}
