import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { failureOf } from './failure.ts'

/** A vault of many thousand items fits; more than this is not an answer of the program. */
const MAX_STDOUT_BYTES = 16 * 1024 * 1024
const MAX_STDERR_BYTES = 64 * 1024
/** What the program needs of our environment. Everything else, our own secrets first of all, stays here. */
const PASSED_ON = ['PATH', 'HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy', 'SSL_CERT_FILE']
/** The questions after which the two-step code is typed. */
const ASKS_FOR_CODE = /Two-step login code:|Enter OTP sent to login email:/

export type BwCall = {
  args: readonly string[]
  /** Passwords and keys: handed over here only, never as arguments, which `ps` shows to everybody. */
  secrets?: Record<string, string>
  /** Typed in answer to the question for a code; without it the program may not ask. */
  code?: string | undefined
  signal: AbortSignal
}

export type BwSettings = {
  command: string
  /** Holds what the program stores; belongs to one session and is removed by the caller. */
  dataDir: string
  caFile: string | undefined
  timeoutMs: number
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/**
 * Runs the `bw` program once. It gets an environment of its own, may dump no core, and is killed with everything it
 * started when it is over, hangs, or is no longer wanted. What it says on stderr is read for its meaning and dropped.
 *
 * @returns what it wrote on stdout
 * @throws {BwFailure} with the reason, never with what the program said
 */
export async function runBw(settings: BwSettings, call: BwCall): Promise<string> {
  call.signal.throwIfAborted()
  // The shell becomes the program: one process, in a group that can be killed as a whole.
  const child = spawn(
    '/bin/sh',
    ['-c', 'ulimit -c 0; exec "$@"', 'sh', settings.command, ...call.args],
    {
      env: environmentOf(settings, call),
      cwd: settings.dataDir,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  )
  let ended: 'timeout' | 'aborted' | 'too_much' | undefined
  const end = (reason: typeof ended) => {
    ended ??= reason
    killGroup(child)
  }
  const timer = setTimeout(() => end('timeout'), settings.timeoutMs)
  const abort = () => end('aborted')
  call.signal.addEventListener('abort', abort, { once: true })
  try {
    const answer = await collect(child, call, () => end('too_much'))
    call.signal.throwIfAborted()
    if (ended === undefined && answer.exitCode === 0) return answer.stdout
    throw failureOf({ ...answer, ended })
  } finally {
    clearTimeout(timer)
    call.signal.removeEventListener('abort', abort)
    killGroup(child)
  }
}

function environmentOf(settings: BwSettings, call: BwCall): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {}
  for (const name of PASSED_ON) if (process.env[name] !== undefined) env[name] = process.env[name]
  return {
    ...env,
    // `bw` is a Node program: it runs on the Node that runs us.
    PATH: `${dirname(process.execPath)}:${env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'}`,
    HOME: settings.dataDir,
    BITWARDENCLI_APPDATA_DIR: settings.dataDir,
    ...(settings.caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: settings.caFile }),
    ...(call.code === undefined ? { BW_NOINTERACTION: 'true' } : {}),
    ...call.secrets,
  }
}

type Answer = { exitCode: number | null; stdout: string; stderr: string }

function collect(child: Child, call: BwCall, tooMuch: () => void): Promise<Answer> {
  const stdout: Buffer[] = []
  let stdoutBytes = 0
  let stderr = ''
  let typed = false
  child.stdout.on('data', (chunk: Buffer) => {
    stdoutBytes += chunk.length
    if (stdoutBytes > MAX_STDOUT_BYTES) tooMuch()
    else stdout.push(chunk)
  })
  child.stderr.on('data', (chunk: Buffer) => {
    // The end matters: the program says last why it gave up.
    stderr = (stderr + chunk.toString('utf8')).slice(-MAX_STDERR_BYTES)
    if (typed || call.code === undefined || !ASKS_FOR_CODE.test(stderr)) return
    typed = true
    child.stdin.end(`${call.code}\n`)
  })
  // A program that ends without reading its input is no error of ours.
  child.stdin.on('error', () => undefined)
  if (call.code === undefined) child.stdin.end()
  return new Promise((resolve) => {
    let exitCode: number | null = null
    child.on('error', () => resolve({ exitCode: null, stdout: '', stderr: 'spawn failed' }))
    // What it started may outlive it and hold the pipes open.
    child.on('exit', () => killGroup(child))
    child.on('close', (code) => {
      exitCode = code
      resolve({ exitCode, stdout: Buffer.concat(stdout).toString('utf8'), stderr })
    })
  })
}

function killGroup(child: Child): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    // Nobody of the group is left.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
