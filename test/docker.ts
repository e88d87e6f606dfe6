import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { skipWithout } from './peers.ts'

const ROOT = dirname(import.meta.dirname)
const BASE_IMAGE = 'minato-test/base'
const SERVERS_IMAGE = 'minato-test/mcp-servers'
const SERVERS = ['everything', 'filesystem', 'memory'] as const

/** Where the engine of the tests listens. */
export const DOCKER_SOCKET = process.env['MINATO_TEST_DOCKER_SOCKET'] ?? '/var/run/docker.sock'

/**
 * What to pass as a test's `skip`: false when an engine answers and the base image is there
 * (`test/docker/prepare` makes both), else the reason; where MINATO_TEST_REQUIRE names docker, an error.
 *
 * @example
 * test('installs a server', { skip: withoutDocker }, async () => { … })
 */
export const withoutDocker: string | false = reasonToSkip()

function reasonToSkip(): string | false {
  const missing = skipWithout('docker')
  if (missing !== false) return missing
  const found = docker(['image', 'inspect', '--format', 'ok', BASE_IMAGE])
  if (found.status === 0) return false
  const reason = `no Docker engine with the image ${BASE_IMAGE}: run test/docker/prepare`
  if ((process.env['MINATO_TEST_REQUIRE'] ?? '').split(',').includes('docker')) {
    throw new Error(`MINATO_TEST_REQUIRE names docker, but there is ${reason}.`)
  }
  return reason
}

/** The `docker` program on the engine of the tests. */
export function docker(args: string[]) {
  return spawnSync('docker', args, {
    encoding: 'utf8',
    env: { ...process.env, DOCKER_HOST: `unix://${DOCKER_SOCKET}`, DOCKER_BUILDKIT: '0' },
  })
}

export type McpImages = Record<(typeof SERVERS)[number], string>

/**
 * Makes (once a machine) images of the everything, filesystem and memory servers: Node and the
 * servers' packages on the base image. They speak stdio; `everything` also takes the arguments
 * `streamableHttp` and `sse` and then listens on PORT.
 *
 * @example
 * const { everything } = mcpImages() // 'minato-test/mcp-everything'
 */
export function mcpImages(): McpImages {
  const packages = SERVERS.flatMap((name) => closure(`@modelcontextprotocol/server-${name}`, ROOT))
  const folders = [...new Set([...packages, join(ROOT, 'node_modules/node')])].sort()
  const inputs = createHash('sha256')
  for (const folder of folders) inputs.update(readFileSync(join(folder, 'package.json')))
  build(SERVERS_IMAGE, inputs.digest('hex'), (context) => {
    linkOrCopy(join(ROOT, 'node_modules/node/bin/node'), join(context, 'node'))
    for (const folder of folders) {
      if (folder.endsWith('/node_modules/node')) continue
      const to = join(context, 'app', relative(ROOT, folder))
      cpSync(folder, to, { recursive: true, filter: (path) => wanted(relative(folder, path)) })
    }
    return [`FROM ${BASE_IMAGE}`, 'COPY node /usr/local/bin/node', 'COPY app /app', 'WORKDIR /app']
  })
  const entries = SERVERS.map((name) => [name, serverImage(name)])
  return Object.fromEntries(entries) as McpImages
}

/**
 * An image that runs this JavaScript (ES module) on Node, with the servers' packages beside it.
 * @example
 * const image = scriptImage('chatty', 'setInterval(() => console.log("line"), 1)')
 */
export function scriptImage(name: string, source: string, dockerfile: string[] = []): string {
  mcpImages()
  const tag = `minato-test/script-${name}`
  const inputs = createHash('sha256')
    .update(JSON.stringify([source, dockerfile]))
    .digest('hex')
  build(tag, inputs, (context) => {
    writeFileSync(join(context, 'main.mjs'), source)
    return [
      `FROM ${SERVERS_IMAGE}`,
      'COPY main.mjs /app/main.mjs',
      'ENTRYPOINT ["node", "/app/main.mjs"]',
      ...dockerfile,
    ]
  })
  return tag
}

function serverImage(name: string): string {
  const tag = `minato-test/mcp-${name}`
  const main = `/app/node_modules/@modelcontextprotocol/server-${name}/dist/index.js`
  build(tag, createHash('sha256').update(main).digest('hex'), () => [
    `FROM ${SERVERS_IMAGE}`,
    `ENTRYPOINT ["node", "${main}"]`,
    ...(name === 'filesystem' ? ['RUN mkdir -p /data', 'CMD ["/data"]'] : []),
  ])
  return tag
}

/** Builds unless the tag stands for the same inputs on the same parent already. */
function build(tag: string, inputs: string, prepare: (context: string) => string[]): void {
  const context = mkdtempSync(join(tmpdir(), 'minato-image-'))
  try {
    const parent = tag === SERVERS_IMAGE ? BASE_IMAGE : SERVERS_IMAGE
    const label = `${imageId(parent)}/${inputs}`
    const made = docker(['image', 'inspect', '--format', '{{index .Config.Labels "made-of"}}', tag])
    if (made.status === 0 && made.stdout.trim() === label) return
    writeFileSync(join(context, 'Dockerfile'), prepare(context).join('\n'))
    const built = docker(['build', '--quiet', '--label', `made-of=${label}`, '--tag', tag, context])
    if (built.status !== 0) throw new Error(`Image ${tag} was not made: ${built.stderr}`)
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

function imageId(tag: string): string {
  const found = docker(['image', 'inspect', '--format', '{{.Id}}', tag])
  return found.status === 0 ? found.stdout.trim() : ''
}

/** The package's folder and those of all it depends on, found as Node finds them. */
function closure(name: string, from: string, seen = new Set<string>()): string[] {
  const folder = packageFolder(name, from)
  if (folder === undefined || seen.has(folder)) return [...seen]
  seen.add(folder)
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  for (const dependency of Object.keys(dependencies)) closure(dependency, folder, seen)
  return [...seen]
}

function packageFolder(name: string, from: string): string | undefined {
  for (let folder = from; folder.startsWith(ROOT); folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name)
    if (existsSync(join(found, 'package.json'))) return found
  }
  return undefined
}

/** Nested packages are in the list themselves; types and maps do not run. */
function wanted(path: string): boolean {
  return !/(^|\/)node_modules(\/|$)|\.d\.[cm]?ts$|\.map$/.test(path)
}

function linkOrCopy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  try {
    linkSync(from, to)
  } catch {
    cpSync(from, to) // another file system
  }
}
