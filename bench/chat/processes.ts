import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

export type Model = { url: string; llmUrl: string; controlToken: string }

export type Pace = { firstTokenMs: number; tokensPerSecond: number; answerTokens: number }

/** Forks a file of this folder and waits for what it says when it listens. */
export async function startProcess<T>(
  name: string,
  args: string[] = [],
): Promise<T & AsyncDisposable & { child: ChildProcess }> {
  const child = fork(join(import.meta.dirname, `${name}.ts`), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The process "${name}" ended with ${code} before it listened.`)
    }),
  ])) as [T]
  return { ...message, child, [Symbol.asyncDispose]: () => end(child) }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill()
  await ended
}

/** How the model answers from now on. */
export async function setPace(model: Model, pace: Pace): Promise<void> {
  const response = await fetch(`${model.url}/sandbox/scenarios/llm`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'x-sandbox-token': model.controlToken },
    body: JSON.stringify({ scenario: 'normal', options: pace }),
  })
  if (!response.ok) throw new Error(`The sandbox refused the pace: ${await response.text()}`)
}
