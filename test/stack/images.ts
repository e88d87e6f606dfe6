import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { docker } from '../docker.ts'

const ROOT = dirname(dirname(import.meta.dirname))
const BASE = 'minato-test/base'
/** Where distributions keep the authorities that this machine believes. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

export type StackImages = {
  app: string
  variables: Record<string, string>
}

/**
 * Makes every image of the stack from Debian's packages and this checkout: nothing is pulled. The
 * engine's own cache makes the second time short. MINATO_TEST_KEEP_IMAGES=1 takes those of the last
 * time as they are, for work on a step alone.
 */
export async function stackImages(): Promise<StackImages> {
  const variables: Record<string, string> = {}
  for (const name of ['nginx', 'postgres', 'redis', 'prometheus', 'alertmanager']) {
    const tag = `minato-test/${name}`
    build(['-f', join(ROOT, `deploy/images/${name}.Dockerfile`), '-t', tag], join(ROOT, 'deploy'))
    variables[`${name.toUpperCase()}_IMAGE`] = tag
  }
  await npmImage('minato-test/npm')
  const system = [
    '-f',
    join(ROOT, 'deploy/Dockerfile'),
    '--build-arg',
    'BUILD_IMAGE=minato-test/npm',
  ]
  variables['SANDBOX_IMAGE'] = 'minato-test/sandbox'
  build([...system, '--target', 'sandbox', '-t', 'minato-test/sandbox'], ROOT)
  // Named by what it holds: another stack that runs meanwhile keeps its own.
  const id = build([...system, '-t', 'minato-test/app'], ROOT)
    .trim()
    .replace('sha256:', '')
  const app = `minato-test/app:${id.slice(0, 12)}`
  docker(['tag', 'minato-test/app', app])
  return { app, variables }
}

/** Node and this machine's npm on the base: what the official image of Node is elsewhere. */
async function npmImage(tag: string): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), 'minato-npm-'))
  try {
    await cp(join(ROOT, 'node_modules/node/bin/node'), join(context, 'node'))
    await cp(npmFolder(), join(context, 'npm'), { recursive: true, preserveTimestamps: true })
    // A proxy on the way to the registry may have an authority of its own.
    if (existsSync(AUTHORITIES)) await cp(AUTHORITIES, join(context, 'authorities.crt'))
    else writeFileSync(join(context, 'authorities.crt'), '')
    writeFileSync(
      join(context, 'Dockerfile'),
      [
        `FROM ${BASE}`,
        'COPY node /usr/local/bin/node',
        'COPY npm /usr/local/lib/node_modules/npm',
        'COPY authorities.crt /etc/ssl/certs/ca-certificates.crt',
        'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt',
        'RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm',
      ].join('\n'),
    )
    build(['-t', tag], context)
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}

function npmFolder(): string {
  const found = (process.env['PATH'] ?? '')
    .split(':')
    .map((folder) => join(folder, 'npm'))
    .find((path) => existsSync(path))
  if (found === undefined) throw new Error('npm is not on the PATH.')
  return dirname(dirname(realpathSync(found)))
}

/** The host's network: a container's own may have no way out on a machine without forwarding. */
function build(args: string[], context: string): string {
  const tag = args.at(-1) ?? ''
  const kept = docker(['image', 'inspect', '--format', '{{.Id}}', tag])
  if (process.env['MINATO_TEST_KEEP_IMAGES'] === '1' && kept.status === 0) return kept.stdout
  const base = ['--network', 'host', '--build-arg', `BASE_IMAGE=${BASE}`]
  const { status, stdout, stderr } = docker(['build', '--quiet', ...base, ...args, context])
  if (status !== 0) throw new Error(`docker build ${args.join(' ')} failed:\n${stdout}\n${stderr}`)
  return stdout
}
