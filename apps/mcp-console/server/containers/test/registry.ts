import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'
const PIECE_BYTES = 64 * 1024

export type Registry = AsyncDisposable & {
  /** Name of an image with three layers of random bytes, which no machine has yet. */
  image: string
  /** Between two pieces of a layer; set it to make a pull slow. */
  pauseMs: number
}

/** A registry on loopback (where Docker accepts http) that serves one image by the distribution protocol. */
export async function startRegistry(layerBytes: number): Promise<Registry> {
  const layers = [1, 2, 3].map(() => tarOf('data', randomBytes(layerBytes)))
  const config = Buffer.from(
    JSON.stringify({
      ...{ architecture: process.arch === 'arm64' ? 'arm64' : 'amd64', os: 'linux' },
      config: { Cmd: ['/data'] },
      rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
    }),
  )
  const blobs = new Map([config, ...layers].map((blob) => [digestOf(blob), blob]))
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: MANIFEST },
      config: describe('application/vnd.docker.container.image.v1+json', config),
      layers: layers.map((layer) =>
        describe('application/vnd.docker.image.rootfs.diff.tar', layer),
      ),
    }),
  )
  const registry: { pauseMs: number } = { pauseMs: 0 }
  const server = createServer((request, response) => {
    const [, kind, name] = /\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? []
    const isOurs = name === '1' || name === digestOf(manifest)
    if (kind === 'manifests' && isOurs && request.url?.includes('/cargo/')) {
      response.setHeader('content-type', MANIFEST)
      response.setHeader('docker-content-digest', digestOf(manifest))
      response.setHeader('content-length', manifest.length)
      response.end(request.method === 'HEAD' ? undefined : manifest)
      return
    }
    const blob = kind === 'blobs' ? blobs.get(name ?? '') : undefined
    if (blob !== undefined) void sendSlowly(response, blob, registry)
    else if (request.url === '/v2/') response.end('{}')
    else
      response
        .writeHead(404)
        .end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(registry, {
    image: `127.0.0.1:${port}/cargo/ship:1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
    },
  })
}

async function sendSlowly(
  response: ServerResponse,
  blob: Buffer,
  { pauseMs }: { pauseMs: number },
): Promise<void> {
  response.setHeader('content-length', blob.length)
  for (let at = 0; at < blob.length && !response.destroyed; at += PIECE_BYTES) {
    response.write(blob.subarray(at, at + PIECE_BYTES))
    if (pauseMs > 0) await delay(pauseMs)
  }
  response.end()
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

function describe(mediaType: string, blob: Buffer) {
  return { mediaType, size: blob.length, digest: digestOf(blob) }
}

/** A POSIX ustar archive of one file. */
function tarOf(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write(name, 0)
  header.write('0000755\0', 100)
  header.write('0000000\0', 108)
  header.write('0000000\0', 116)
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
  header.write('00000000000\0', 136)
  header.write('        0', 148)
  header.write('ustar\x0000', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512)
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)])
}
