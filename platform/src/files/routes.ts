import type { FastifyInstance, FastifyRequest } from 'fastify'
import { contentDisposition } from './content-disposition.ts'
import { fileKey } from './file-key.ts'
import type { FileStore } from './store.ts'

/** Any Fastify instance, whatever type provider its owner chose. */
export type FilesServer = Pick<FastifyInstance, 'get'>

type Checked = { expires: string; name: string; signature: string }
type LinkDeps = { store: FileStore; checkLink(key: string, query: Checked): void }

/**
 * GET /files/<key>?expires=…&signature=…: the signed links of the disk store. The signature is the permission; the file
 * always arrives as a download, with nothing in it able to run.
 */
export function linkRoutes(server: FilesServer, { store, checkLink }: LinkDeps): void {
  if (store.kind !== 'disk') return
  server.get(
    '/files/*',
    { config: { permission: 'public', rate: 'read', tags: ['files'] } },
    async (request, reply) => {
      const { key, link } = linkOf(request)
      checkLink(key, link)
      const file = await store.get(key)
      return reply
        .headers({
          'cache-control': 'private, no-store',
          'content-disposition': contentDisposition('attachment', link.name || lastOf(key)),
          'content-length': file.size,
          'content-security-policy': "sandbox; default-src 'none'",
          'referrer-policy': 'no-referrer',
          'x-content-type-options': 'nosniff',
        })
        .type(file.contentType)
        .send(file.stream)
    },
  )
}

function linkOf(request: FastifyRequest): { key: string; link: Checked } {
  const { '*': key = '' } = request.params as Record<string, string>
  const query = request.query as Record<string, unknown>
  const text = (name: string) => (typeof query[name] === 'string' ? query[name] : '')
  return {
    key: fileKey(key),
    link: { expires: text('expires'), name: text('name'), signature: text('signature') },
  }
}

function lastOf(key: string): string {
  return key.split('/').at(-1) ?? 'file'
}
