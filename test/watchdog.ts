import { Worker } from 'node:worker_threads'

/** Twice as long as the longest file takes on a busy machine. */
const LIMIT_MS = 20 * 60_000

/**
 * Preloaded into each test file's process: ends it when it does not end by itself, also from a
 * loop that never yields, where the test runner's own time limit cannot reach. It is a failure of
 * that file then, and the others go on.
 */
const watch = `
  setTimeout(() => {
    require('node:fs').writeSync(2, 'ended by the watchdog after ${LIMIT_MS / 60_000} min\\n')
    process.kill(process.pid, 'SIGKILL')
  }, ${LIMIT_MS})
`
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  new Worker(watch, { eval: true, stdin: false, execArgv: [] }).unref()
}
