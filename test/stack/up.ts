import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { DOCKER_SOCKET, docker, withoutDocker } from '../docker.ts'
import { freePort } from '../free-port.ts'
import { cli } from '../system.ts'
import { type AdminSession, firstAdministrator } from './administrator.ts'
import { stackImages } from './images.ts'

/** A production stack that runs on this machine's Docker engine. */
export type Stack = {
  /** Name of the Compose project. */
  project: string
  /** Holds compose.yml, .env, minato.env, secrets, nginx/upstream: as on a server. */
  folder: string
  secretsFolder: string
  /** Through nginx, over HTTPS; fetch of this process believes its certificate. */
  url: string
  ca: string
  /** What `docker compose` is given. */
  env: Record<string, string>
  /** Runs `docker compose …` in the folder; throws with its output when it fails. */
  compose(args: string[], options?: { stdin?: string; mayFail?: boolean }): Ran
  /** Runs a program in a running service. */
  exec(service: string, args: string[], options?: { stdin?: string; mayFail?: boolean }): Ran
  /** The first administrator, signed in with two-factor. */
  adminSession(): Promise<AdminSession>
  stop(): Promise<void>
}

export type Ran = Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>

type StackOptions = {
  size?: 'standard' | 'small'
  /** Variables of .env and minato.env, and secrets by variable, on top of what init writes. */
  stack?: Record<string, string>
  settings?: Record<string, string>
  /** Further profiles, such as `watch` or `sandbox`. */
  profiles?: string[]
}

/** What to pass as a test's `skip`. */
export const withoutStack: string | false = withoutDocker || withoutCompose()

function withoutCompose(): string | false {
  if (docker(['compose', 'version']).status === 0) return false
  if (process.env['MINATO_TEST_REQUIRE']?.split(',').includes('docker') === true) {
    throw new Error('MINATO_TEST_REQUIRE names docker, but `docker compose` is not there.')
  }
  return 'no docker compose: run test/docker/prepare'
}

/**
 * Builds the images, writes a stack with `minato init production` and brings it up as a person
 * would: database, migrations, then everything, healthy.
 *
 * @example
 * const stack = await startStack()
 * try { await fetch(`${stack.url}/health/ready`) } finally { await stack.stop() }
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const images = await stackImages()
  const folder = await mkdtemp(join(tmpdir(), 'minato-stack-'))
  const project = `minato-test-${randomInt(1e9).toString(36)}`
  const httpsPort = await freePort()
  const made = await cli([
    ...['init', 'production', '--yes', '--folder', folder, '--name', project],
    ...['--domain', 'localhost', '--https-port', String(httpsPort)],
    ...['--http-port', String(await freePort()), '--certificate', 'self-signed'],
    ...['--size', options.size ?? 'standard', '--image', images.app],
    ...flags('--stack', { ...images.variables, ...freeSubnet(), ...options.stack }),
    ...flags('--set', options.settings ?? {}),
  ])
  if (made.code !== 0) throw new Error(made.stderr)
  const ca = await readFile(join(folder, 'certificates/fullchain.pem'), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), ca])
  const url = `https://localhost:${httpsPort}`
  const env = { DOCKER_HOST: `unix://${DOCKER_SOCKET}` }
  const { compose, exec } = programs(folder, env)
  let admin: Promise<AdminSession> | undefined
  const stack: Stack = {
    ...{ project, folder, url, ca, env, compose, exec },
    secretsFolder: join(folder, 'secrets'),
    adminSession: () => {
      admin ??= firstAdministrator(stack)
      return admin
    },
    async stop() {
      compose(['--profile', '*', 'down', '--volumes', '--timeout', '5'], { mayFail: true })
      await rm(folder, { recursive: true, force: true })
    },
  }
  try {
    bringUp(stack, options.profiles ?? [])
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

function bringUp(stack: Stack, profiles: readonly string[]): void {
  const profile = profiles.flatMap((name) => ['--profile', name])
  try {
    stack.compose(['up', '--detach', '--no-build', '--wait', 'postgres', 'redis'])
    stack.compose(['run', '--rm', '-T', 'migrate'])
    stack.compose([...profile, 'up', '--detach', '--no-build', '--wait'])
  } catch (error) {
    const { stdout } = stack.compose(['logs', '--tail', '40', '--no-color'], { mayFail: true })
    throw new Error(`${(error as Error).message}\n${stdout}`)
  }
}

function programs(folder: string, extra: Record<string, string>): Pick<Stack, 'compose' | 'exec'> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...extra }
  for (const name of Object.keys(env)) if (/^(COMPOSE|MINATO|STACK)_/.test(name)) delete env[name]
  const compose: Stack['compose'] = (args, { stdin = '', mayFail = false } = {}) => {
    const ran = spawnSync('docker', ['compose', ...args], {
      ...{ cwd: folder, env, input: stdin, encoding: 'utf8' as const },
      maxBuffer: 64 * 1024 * 1024,
    })
    if (ran.status === 0 || mayFail) return ran
    throw new Error(`docker compose ${args.join(' ')} failed:\n${ran.stdout}\n${ran.stderr}`)
  }
  return {
    compose,
    exec: (service, args, options) => compose(['exec', '-T', service, ...args], options),
  }
}

/** Several stacks may run on one engine; networks must not overlap. */
function freeSubnet(): Record<string, string> {
  const net = `10.${randomInt(200, 250)}.${randomInt(1, 250)}`
  return { FRONT_SUBNET: `${net}.0/24`, NGINX_ADDRESS: `${net}.2` }
}

function flags(flag: string, pairs: Readonly<Record<string, string>>): string[] {
  return Object.entries(pairs).flatMap(([name, value]) => [flag, `${name}=${value}`])
}
