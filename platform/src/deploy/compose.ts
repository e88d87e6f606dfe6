import { type ChildProcess, spawn } from 'node:child_process'
import type { Ran } from './host.ts'

export type ComposeProject = {
  /** Where `minato init production` put the stack: compose.yml and the .env that names its files. */
  folder: string
  env: NodeJS.ProcessEnv
}

const OUTPUT_BYTES = 16 * 1024 * 1024

/** `docker compose`, with the services of both colors within reach. */
export const COMPOSE = [
  ...['compose', '--profile', 'blue', '--profile', 'green'],
  ...['--ansi', 'never', '--progress', 'quiet'],
]

/** Runs a program to its end; never throws for its exit code. */
export async function run(
  program: string,
  args: readonly string[],
  options: { env: NodeJS.ProcessEnv; cwd?: string; stdin?: string | undefined; timeoutMs?: number },
): Promise<Ran> {
  const child = spawn(program, args, {
    env: options.env,
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)]
  child.stdin.on('error', () => undefined) // a program that reads nothing may end first
  child.stdin.end(options.stdin ?? '')
  const code = await ended(child, options.timeoutMs ?? 600_000)
  return { code, stdout: stdout(), stderr: stderr() }
}

async function ended(child: ChildProcess, timeoutMs: number): Promise<number> {
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 137))
    })
  } finally {
    clearTimeout(timer)
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < OUTPUT_BYTES) text += chunk
  })
  return () => text
}
