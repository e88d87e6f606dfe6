import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Stack } from '../../test/stack/up.ts'

const run = promisify(execFile)

/** The `docker` program on a stack's engine, without stopping the load of this process meanwhile. Gives its output. */
export async function dockerFor(stack: Stack, ...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, {
    ...{ cwd: stack.folder, env: { ...process.env, ...stack.env } },
    maxBuffer: 64 * 1024 * 1024,
  })
  return stdout
}

/** `docker compose …` in a stack's folder. */
export function compose(stack: Stack, ...args: string[]): Promise<string> {
  return dockerFor(stack, 'compose', ...args)
}

/** Rows of a question to the stack's own database. */
export async function rowsOf(stack: Stack, question: string): Promise<string[]> {
  const psql = ['psql', '-qXAt', '-U', 'postgres', '-d', 'minato', '-c', question]
  const text = await compose(stack, 'exec', '-T', 'postgres', ...psql)
  return text.split('\n').filter((line) => line !== '')
}

/**
 * kill -9 of a container's first process, from outside: `docker kill` would count as wanted, and nothing would
 * start it again. Resolves when the engine has seen it.
 */
export async function killHard(stack: Stack, service: string): Promise<void> {
  const [id = ''] = (await compose(stack, 'ps', '--quiet', service)).trim().split('\n')
  const pid = await firstProcess(stack, id)
  if (!(pid > 1)) throw new Error(`${service} does not run`)
  process.kill(pid, 'SIGKILL')
  while ((await firstProcess(stack, id)) === pid) await delay(50)
}

async function firstProcess(stack: Stack, container: string): Promise<number> {
  return Number(await dockerFor(stack, 'inspect', '--format', '{{.State.Pid}}', container))
}
