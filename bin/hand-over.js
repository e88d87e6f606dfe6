// Plain JavaScript for Node 20: runs a command in this process group and becomes its exit code.
import { spawn } from 'node:child_process'

const SIGNAL_EXIT_BASE = 128
const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGTERM: 15 }

const PARENT_CHECK_MS = 500

/** A killed parent (kill -9 of npm) cannot tell us: a changed parent id does. */
function endWithParent(child) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    child.kill('SIGTERM')
  }, PARENT_CHECK_MS)
  timer.unref()
}

/** Spawns, passes signals on, and resolves to the exit code (128 + number for a signal). */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options })
    const forward = (signal) => child.kill(signal)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)
    child.on('error', reject)
    if (options.withParent === true) endWithParent(child)
    child.on('exit', (code, signal) =>
      resolve(code ?? SIGNAL_EXIT_BASE + (SIGNAL_NUMBERS[signal] ?? 0)),
    )
  })
}
