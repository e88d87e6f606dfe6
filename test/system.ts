import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { freePort } from './free-port.ts'

const ROOT = dirname(import.meta.dirname)
const FLAGS = ['--disable-warning=ExperimentalWarning']
const READY_WITHIN_MS = 60_000

export type RunningSystem = AsyncDisposable & {
  url: string
  port: number
  /** The one-time link of the first start; undefined when an administrator exists. */
  setupUrl: string | undefined
  pid: number
  dataDir: string
  env: Record<string, string>
  output(): string
  /** kill -9. */
  kill(): Promise<void>
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>
  /** Runs `minato …` against it. */
  cli(args: string[], stdin?: string): Promise<CliResult>
}

export type CliResult = { code: number | null; stdout: string; stderr: string }

type SystemOptions = {
  env?: Record<string, string>
  dataDir?: string
  port?: number
  args?: string[]
  /** Another checkout than this one. */
  root?: string
}

/** The environment of this process without what would configure the system under test. */
function cleanEnv(env: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(MINATO_|CHATBOT_|LLM_|MAIL_|DATABASE_|REDIS_|FILES_|PORT$|HOST$)/.test(name),
  )
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...env }
}

/** Runs a `minato` command to its end. */
export async function cli(
  args: string[],
  env: Record<string, string> = {},
  stdin = '',
  root = ROOT,
): Promise<CliResult> {
  const child = spawn(process.execPath, [...FLAGS, join(root, 'bin/main.ts'), ...args], {
    env: cleanEnv(env),
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => undefined) // a command that reads nothing may end first
  child.stdin.end(stdin)
  const [code] = await once(child, 'close')
  return { code, stdout: stdout(), stderr: stderr() }
}

/**
 * Starts the real system in a process of its own, as a person would, on a free port and in a
 * temporary folder, and waits until it says that it is ready.
 */
export async function startSystem(options: SystemOptions = {}): Promise<RunningSystem> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'minato-system-')))
  const port = options.port ?? (await freePort())
  const env = { PORT: String(port), MINATO_DATA_DIR: dataDir, ...options.env }
  const { root = ROOT, args = [] } = options
  const child = spawn(process.execPath, [...FLAGS, join(root, 'bin/main.ts'), 'start', ...args], {
    env: cleanEnv(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  const output = () => stdout() + stderr()
  await ready(child, output)
  child.once('exit', (code, signal) => {
    if (child.killed) return
    process.stderr.write(
      `${child.pid} ended by itself (${code ?? signal}):\n${output().slice(-4000)}\n`,
    )
  })
  const setupUrl = /http\S+\/setup#\S+/.exec(stdout())?.[0]
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    setupUrl,
    pid: child.pid ?? 0,
    dataDir,
    env,
    output,
    kill: async () => void (await end(child, 'SIGKILL')),
    stop: async () => await end(child, 'SIGTERM'),
    cli: (args, stdin) => cli(args, env, stdin, root),
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGKILL')
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true })
    },
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}

async function ready(child: ChildProcess, output: () => string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const timer = setTimeout(
    () => reject(new Error(`Not ready in time:\n${output()}`)),
    READY_WITHIN_MS,
  )
  child.stdout?.on('data', () => {
    if (output().includes('Minato is ready')) resolve()
  })
  child.once('exit', (code) => reject(new Error(`Ended with ${code}:\n${output()}`)))
  try {
    await promise
  } finally {
    clearTimeout(timer)
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  const ended = once(child, 'exit')
  child.kill(signal)
  const [code] = await ended
  return code
}
