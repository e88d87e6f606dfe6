import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { type ComposeProject, run } from './compose.ts'
import { type Container, type Engine, lastWords, openEngine } from './engine.ts'
import { readEnvFile, setEnvLines } from './env-file.ts'
import { deployErrors } from './errors.ts'
import type { Host, PartHealth } from './host.ts'
import { COLORS, type Color } from './record.ts'
import { deployer } from './run.ts'
import { colorIn, nameColor } from './upstream.ts'

/** How the image's program asks itself; its entry point is `minato`. */
const ASK_WORKER = ['/usr/local/bin/node', '/minato/bin/main.ts', 'health', '--role', 'worker']
const NGINX = ['exec', '-T', 'nginx', 'nginx', '-c', '/etc/nginx/minato/nginx.conf']
const LAST_LINES = '20'
/** A process that is still starting does not hear SIGTERM yet. */
const IDLE_SECONDS = '2'

/**
 * The stack of deploy/compose.yml on this machine, driven by `docker compose`.
 * @example
 * const host = composeHost({ folder: '/srv/minato', env: process.env })
 */
export function composeHost(project: ComposeProject): Host {
  const engine = openEngine(project)
  const { compose, must } = engine
  return {
    by: deployer(project.env),
    look: () => look(engine),
    has: (image) => hasImage(project, image),
    once: (half, args, stdin) =>
      compose(['run', '--rm', '--no-deps', '-T', `worker-${half.color}`, ...args], half, stdin),
    async start(half, part) {
      const service = `${part}-${half.color}`
      await must(['up', '--detach', '--no-deps', '--no-build', '--pull', 'never', service], half)
    },
    health: (color, part) => health(engine, color, part),
    async lastWords(color, part) {
      const args = ['logs', '--no-color', '--no-log-prefix', '--tail', LAST_LINES]
      const { stdout, stderr } = await compose([...args, `${part}-${color}`])
      return wordsIn(`${stdout}\n${stderr}`)
    },
    async stop(color, part, how) {
      const timeout = how === 'idle' ? ['--timeout', IDLE_SECONDS] : []
      await must(['stop', ...timeout, `${part}-${color}`])
    },
    point: (color) => point(engine, color),
    async settle({ color, release }) {
      const file = join(project.folder, '.env')
      setEnvLines(file, settled(readEnvFile(file), color, release))
    },
    web: (color, path) => engine.ask(`web-${color}`, path),
    async front(path) {
      const [answer] = await engine.ask('front', path)
      if (answer === undefined) throw deployErrors.DEPLOY_STACK({ reason: `nothing for ${path}` })
      return answer
    },
    close: engine.close,
  }
}

async function look(engine: Engine): ReturnType<Host['look']> {
  const imageOf = async (color: Color) => {
    const found = await engine.list(color, 'web')
    const running = found.find(({ State }) => State === 'running')
    if (running === undefined) return null
    // As it was named when started: the name may stand for another image by now.
    const [name] = await inspect(engine, '{{.Config.Image}}', [running])
    return name ?? null
  }
  const [blue, green] = await Promise.all(COLORS.map(imageOf))
  return {
    active: colorIn(engine.upstream),
    releases: { blue: blue ?? null, green: green ?? null },
  }
}

async function health(engine: Engine, color: Color, part: 'web' | 'worker'): Promise<PartHealth> {
  const found = await engine.list(color, part)
  const running = found.length
  const known = stateOf(found)
  if (known === 'none') return { state: known, running, restarts: 0 }
  // Docker starts a process that ended again: between two ends it looks as if it were well.
  const counts = await inspect(engine, '{{.RestartCount}}', found)
  const restarts = counts.reduce((sum, count) => sum + Number(count), 0)
  if (known !== 'starting') return { state: known, running, restarts }
  const ready =
    part === 'web' ? await webReady(engine, color, running) : await workersReady(engine, found)
  return { state: ready ? 'healthy' : 'starting', running, restarts }
}

/** What the containers' states alone decide; `starting` is "ask it". */
function stateOf(found: readonly Container[]): PartHealth['state'] {
  const states = found.map(({ State }) => State)
  if (states.every((state) => state === 'exited')) return 'none'
  const ended = ['exited', 'restarting', 'dead']
  // Not by Docker's own check: on a busy machine that comes too late, in both directions.
  return states.some((state) => ended.includes(state)) ? 'unhealthy' : 'starting'
}

async function inspect(
  { project: { env } }: Engine,
  format: string,
  found: readonly Container[],
): Promise<string[]> {
  const ids = found.map(({ ID }) => ID)
  const { stdout } = await run('docker', ['inspect', '--format', format, ...ids], { env })
  return stdout.split('\n').filter((line) => line !== '')
}

/** Asked at once, not when Docker's own check comes round. */
async function webReady({ ask }: Engine, color: Color, running: number): Promise<boolean> {
  // A probe that is itself still starting, on a busy machine, is no answer yet: who waits decides.
  const answers = await ask(`web-${color}`, '/health/ready').catch(() => [])
  return answers.length >= running && answers.every(({ status }) => status === 200)
}

async function workersReady(
  { project: { env } }: Engine,
  found: readonly Container[],
): Promise<boolean> {
  const answers = await Promise.all(
    found.map(({ ID }) => run('docker', ['exec', ID, ...ASK_WORKER], { env })),
  )
  return answers.every(({ code }) => code === 0)
}

async function point({ compose, upstream }: Engine, color: Color): Promise<void> {
  const takeBack = nameColor(upstream, color)
  for (const act of [['-t'], ['-s', 'reload']]) {
    const ran = await compose([...NGINX, ...act])
    if (ran.code === 0) continue
    takeBack()
    throw deployErrors.DEPLOY_SWITCH_FAILED({ reason: lastWords(ran) })
  }
}

/** What a plain `docker compose up -d` or a reboot is to bring back. */
export function settled(
  values: Readonly<Record<string, string>>,
  color: Color,
  release: string,
): Record<string, string> {
  const others = (values['COMPOSE_PROFILES'] ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'blue' && name !== 'green')
  return {
    COMPOSE_PROFILES: [color, ...others].join(','),
    MINATO_IMAGE: release,
    [`MINATO_IMAGE_${color.toUpperCase()}`]: release,
  }
}

async function hasImage({ env }: ComposeProject, image: string): Promise<boolean> {
  const here = await run('docker', ['image', 'inspect', '--format', 'ok', image], { env })
  if (here.code === 0) return true
  return (await run('docker', ['pull', '--quiet', image], { env })).code === 0
}

/** What a process that ended said last: its error lines before any others. */
function wordsIn(text: string): string {
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
  const errors = lines.filter((line) => /"level":"(error|fatal)"|^minato:|Error:/.test(line))
  return (errors.length > 0 ? errors : lines).slice(-2).join(' ').slice(0, 600)
}
