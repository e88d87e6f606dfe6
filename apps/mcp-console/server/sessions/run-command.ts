import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type Dockerode from 'dockerode'
import type { ConsoleServices } from '../config.ts'
import { asking, docker, frameReader } from '../containers/index.ts'
import { collector } from './output.ts'
import { EXIT_KILLED, EXIT_TIMED_OUT, type Outcome, type RunLimits } from './run-outcome.ts'

/** Marks every process of a run, children included, so that they are found again. */
const MARK = 'MINATO_RUN'
const KILL = `for p in /proc/[0-9]*; do
  if tr '\\0' '\\n' < "$p/environ" 2>/dev/null | grep -qx "${MARK}=$1"; then kill -9 "\${p#/proc/}"; fi
done`
const LOOKS = 20
const LOOK_EVERY_MS = 100

/** Runs a command in a session's container. At the time limit it is killed with all it has started. */
export async function runCommand(
  services: ConsoleServices,
  dockerId: string,
  run: { id: string; command: string[] },
  limits: RunLimits,
  signal: AbortSignal,
): Promise<Outcome> {
  const container = docker(services).getContainer(dockerId)
  const exec = await asking(services, () =>
    container.exec({
      Cmd: run.command,
      Env: [`${MARK}=${run.id}`],
      AttachStdout: true,
      AttachStderr: true,
    }),
  )
  const stream = (await asking(services, () =>
    exec.start({ hijack: true, stdin: false }),
  )) as Duplex
  const output = collector(limits.keepBytes)
  const errors = collector(limits.keepBytes)
  const ended = follow(stream, output, errors)
  const stopped = await firstOf(ended, limits.timeoutMs, signal)
  if (stopped !== 'ended') {
    await kill(services, container, exec, run.id)
    // What it wrote until then is on its way; a pipe that stays open holds nobody up.
    await Promise.race([ended, delay(LOOKS * LOOK_EVERY_MS, undefined, { ref: false })])
    stream.destroy()
  }
  signal.throwIfAborted()
  const timedOut = stopped === 'time'
  return {
    exitCode: timedOut ? EXIT_TIMED_OUT : await exitCodeOf(services, exec),
    output: output.bytes().toString('utf8'),
    errorOutput: errors.bytes().toString('utf8'),
    overflowed: output.overflowed() || errors.overflowed(),
    timedOut,
  }
}

type Collector = ReturnType<typeof collector>

function follow(stream: Duplex, output: Collector, errors: Collector): Promise<void> {
  const frames = frameReader()
  stream.on('data', (piece: Buffer) => {
    for (const { channel, payload } of frames(piece)) {
      if (channel === 'stderr') errors.push(payload)
      else output.push(payload)
    }
  })
  return new Promise((resolve) => {
    stream.on('end', resolve)
    stream.on('close', resolve)
    // The engine went away: the exit code will say that it is not known.
    stream.on('error', () => resolve())
  })
}

async function firstOf(
  ended: Promise<void>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'ended' | 'time' | 'signal'> {
  const timer = new AbortController()
  const either = AbortSignal.any([signal, timer.signal])
  try {
    return await Promise.race([
      ended.then(() => 'ended' as const),
      delay(timeoutMs, 'time' as const, { signal: either }).catch(() => 'signal' as const),
    ])
  } finally {
    timer.abort()
  }
}

async function exitCodeOf(services: ConsoleServices, exec: Dockerode.Exec): Promise<number> {
  const { ExitCode } = await asking(services, () => exec.inspect())
  return ExitCode ?? EXIT_KILLED
}

/**
 * Docker has no call to kill an exec. Its processes are found by their mark with the image's own shell; an image
 * without one has its container restarted, which kills everything in it.
 */
async function kill(
  services: ConsoleServices,
  container: Dockerode.Container,
  exec: Dockerode.Exec,
  runId: string,
): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    // Twice at least: a process may start another while it is looked for.
    if (look < 2) await inside(services, container, ['sh', '-c', KILL, 'sh', runId])
    const { Running } = await asking(services, () => exec.inspect())
    if (!Running && look > 0) return
    await delay(LOOK_EVERY_MS)
  }
  services.log.warn('mcp_console.session_restarted', { runId, reason: 'a run could not be killed' })
  await asking(services, () => container.restart({ t: 0 }))
}

async function inside(
  services: ConsoleServices,
  container: Dockerode.Container,
  command: string[],
): Promise<void> {
  await asking(services, async () => {
    const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true })
    const stream = (await exec.start({ hijack: true, stdin: false })) as Duplex
    stream.resume()
    await new Promise((resolve) => {
      stream.once('close', resolve)
      stream.once('end', resolve)
      stream.once('error', resolve)
    })
  })
}
