import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { deployErrors } from './errors.ts'
import type { Answer } from './host.ts'
import type { Question } from './probe.ts'

const answerLine = z.object({
  id: z.number(),
  answers: z.array(
    z.object({
      url: z.string(),
      status: z.number(),
      ms: z.number(),
      type: z.string(),
      body: z.string(),
    }),
  ),
})

const PATIENCE_MS = 30_000

export type ProbeClient = {
  ask(to: Question['to'], path: string): Promise<Answer[]>
  alive(): boolean
  close(): Promise<void>
}

/** Starts `minato probe` by a command and asks it over its standard streams. */
export function startProbe(
  program: string,
  args: readonly string[],
  place: { folder: string; env: NodeJS.ProcessEnv },
): ProbeClient {
  const { folder: cwd, env } = place
  const child = spawn(program, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  const waiting = new Map<
    number,
    { resolve(answers: Answer[]): void; reject(error: Error): void }
  >()
  let words = ''
  let open = true
  let next = 1
  child.stdin.on('error', () => undefined) // told by `close`
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-2000)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!line.startsWith('{"id"')) return
    const { id, answers } = answerLine.parse(JSON.parse(line))
    waiting.get(id)?.resolve(answers)
    waiting.delete(id)
  })
  const gone = (why: string) => {
    open = false
    const reason = `the probe in the stack's network ended: ${why}`
    for (const { reject } of waiting.values()) reject(deployErrors.DEPLOY_STACK({ reason }))
    waiting.clear()
  }
  child.once('error', (error) => gone(error.message))
  child.once('close', (code) => gone(`code ${code} ${words.trim()}`))
  return {
    alive: () => open,
    async ask(to, path) {
      const id = next
      next += 1
      const { promise, resolve, reject } = Promise.withResolvers<Answer[]>()
      waiting.set(id, { resolve, reject })
      if (!open) gone(words.trim())
      else child.stdin.write(`${JSON.stringify({ id, to, path })}\n`)
      const late = setTimeout(() => {
        waiting.delete(id)
        reject(deployErrors.DEPLOY_STACK({ reason: `the probe did not answer for ${path}` }))
      }, PATIENCE_MS)
      return await promise.finally(() => clearTimeout(late))
    },
    close: () => close(child),
  }
}

async function close(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.stdin?.end()
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await closed
  clearTimeout(late)
}
