import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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
  /** `docker inspect` of every container of the stack. */
  inspect(): unknown[]
  /** Asks the control API of the stand-ins, such as `/sandbox/mail`; from inside, as nothing publishes it. */
  sandbox(path: string, init?: { method?: string; body?: unknown }): Promise<unknown>
  /** The first administrator, signed in with two-factor. */
  adminSession(): Promise<AdminSession>
  stop(): Promise<void>
}

export type Ran = Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>

type StackOptions = {
  size?: 'standard' | 'small'
  /** Makes another image of the built one. */
  image?: (built: string) => string
  /** Text of a compose.override.yml on top of the stack's own files. */
  override?: string
  /** Puts further files into the stack's folder. */
  prepare?: (folder: string) => void
  /** Variables of .env and minato.env, and secrets by variable, on top of what init writes. */
  stack?: Record<string, string>
  settings?: Record<string, string>
}

/** Model, mail and alerts by the stand-ins, which the settings must allow by name. */
const SANDBOX = {
  settings: {
    MINATO_ALLOW_SANDBOX: 'model,mail,errors',
    LLM_URL: 'http://sandbox:4010/v1',
    LLM_MODEL: 'sandbox-main',
    MAIL_FROM: 'Minato <minato@quay.test>',
    // On a machine that runs other tests beside, turns are long without a flood of requests.
    HTTP_MAX_EVENT_LOOP_DELAY: '10s',
  },
  secrets: {
    MAIL_URL: 'smtp://sandbox:1025',
    LLM_API_KEY: 'sk-sandbox',
    // The key is the one that every sandbox has.
    SENTRY_DSN: 'http://5a9db0c5a9db0c5a9db0c5a9db0c0001@sandbox:4010/sentry/1',
  },
  stack: {
    COMPOSE_PROFILES: 'blue,alerts,sandbox',
    ALERT_SMTP: 'sandbox:1025',
    ALERT_SMTP_TLS: 'false',
    ALERT_FROM: 'alerts@quay.test',
    ALERT_MAIL_TO: 'watch@quay.test',
    SANDBOX_TOKENS_PER_SECOND: '200',
  },
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
    ...['--size', options.size ?? 'standard', '--image', options.image?.(images.app) ?? images.app],
    ...flags('--stack', {
      ...{ ...images.variables, ...freeSubnet(), ...SANDBOX.stack, ...options.stack },
    }),
    ...flags('--set', { ...SANDBOX.settings, ...options.settings }),
    ...(await secretFlags(folder, SANDBOX.secrets)),
  ])
  if (made.code !== 0) throw new Error(made.stderr)
  options.prepare?.(folder)
  if (options.override !== undefined) {
    await writeFile(join(folder, 'compose.override.yml'), options.override)
    const path = join(folder, '.env')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace(/^COMPOSE_FILE=.*$/m, '$&:compose.override.yml'))
  }
  const ca = await readFile(join(folder, 'certificates/fullchain.pem'), 'utf8')
  setDefaultCACertificates([...getCACertificates('default'), ca])
  const url = `https://localhost:${httpsPort}`
  const env = { DOCKER_HOST: `unix://${DOCKER_SOCKET}` }
  const { compose, exec } = programs(folder, env)
  let admin: Promise<AdminSession> | undefined
  const stack: Stack = {
    ...{ project, folder, url, ca, env, compose, exec },
    secretsFolder: join(folder, 'secrets'),
    inspect: () => {
      const ids = compose(['ps', '--quiet']).stdout.trim().split('\n')
      return JSON.parse(docker(['inspect', ...ids]).stdout)
    },
    sandbox: (path, init) => askSandbox(stack, path, init),
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
    bringUp(stack)
    return stack
  } catch (error) {
    await stack.stop()
    throw error
  }
}

function bringUp(stack: Stack): void {
  try {
    stack.compose(['up', '--detach', '--no-build', '--wait', 'postgres', 'redis'])
    stack.compose(['run', '--rm', '-T', 'migrate'])
    stack.compose(['up', '--detach', '--no-build', '--wait'])
  } catch (error) {
    const { stdout } = stack.compose(['logs', '--tail', '15', '--no-color'], { mayFail: true })
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

const ASK = `const [path, method, token, body] = process.argv.slice(1)
const answer = await fetch('http://127.0.0.1:4010' + path, { method,
  headers: { 'x-sandbox-token': token, ...(body ? { 'content-type': 'application/json' } : {}) },
  ...(body ? { body } : {}) })
const text = await answer.text()
if (!answer.ok) throw new Error(answer.status + ' ' + text)
console.log(text || 'null')`

async function askSandbox(
  stack: Stack,
  path: string,
  { method = 'GET', body }: { method?: string; body?: unknown } = {},
): Promise<unknown> {
  const { stdout: log } = stack.compose(['logs', '--no-color', '--no-log-prefix', 'sandbox'])
  const token = /"controlToken":"([^"]+)"/.exec(log)?.[1] ?? ''
  const text = body === undefined ? [] : [JSON.stringify(body)]
  const args = ['node', '--input-type=module', '-e', ASK, path, method, token, ...text]
  return JSON.parse(stack.exec('sandbox', args).stdout)
}

/** A secret is given to init as a file. */
async function secretFlags(folder: string, secrets: Record<string, string>): Promise<string[]> {
  const given: string[] = []
  for (const [name, value] of Object.entries(secrets)) {
    const path = join(folder, `.given-${name}`)
    await writeFile(path, value, { mode: 0o600 })
    given.push('--secret', `${name}=${path}`)
  }
  return given
}

/** Several stacks may run on one engine; networks must not overlap. */
function freeSubnet(): Record<string, string> {
  const front = `10.${randomInt(200, 225)}.${randomInt(1, 250)}`
  const data = `10.${randomInt(226, 250)}.${randomInt(1, 250)}`
  return {
    ...{ FRONT_SUBNET: `${front}.0/24`, NGINX_ADDRESS: `${front}.250` },
    ...{ DATA_SUBNET: `${data}.0/24`, DATA_GATEWAY: `${data}.1` },
    ...{ POSTGRES_ADDRESS: `${data}.10`, REDIS_ADDRESS: `${data}.11` },
  }
}

function flags(flag: string, pairs: Readonly<Record<string, string>>): string[] {
  return Object.entries(pairs).flatMap(([name, value]) => [flag, `${name}=${value}`])
}
