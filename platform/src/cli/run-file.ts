import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** What a running server writes into its data folder, so that the command line finds it. */
const runFile = z.object({
  pid: z.number(),
  startedAt: z.string(),
  url: z.string(),
  adminUrl: z.string(),
  adminToken: z.string(),
  listeners: z.record(z.string(), z.string()),
})
export type RunFile = z.infer<typeof runFile>

/** Workers beside a web process have files of their own: there may be several. */
const WORKER_FILE = /^run-worker-\d+\.json$/
const fileOf = (role: 'web' | 'worker') =>
  role === 'web' ? 'run.json' : `run-worker-${process.pid}.json`

/** Written beside and renamed, readable by its owner only: it holds the admin token. */
export function writeRunFile(dataDir: string, run: RunFile, role: 'web' | 'worker' = 'web'): void {
  const path = join(dataDir, fileOf(role))
  const scratch = `${path}.${process.pid}`
  writeFileSync(scratch, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  chmodSync(scratch, 0o600)
  renameSync(scratch, path)
}

/** The running server's file, or undefined when none runs (a killed one leaves its file behind). */
export function readRunFile(dataDir: string): RunFile | undefined {
  return readFile(join(dataDir, 'run.json'))
}

/** Every running worker's file in the data folder. */
export function readWorkerFiles(dataDir: string): RunFile[] {
  if (!existsSync(dataDir)) return []
  const names = readdirSync(dataDir).filter((name) => WORKER_FILE.test(name))
  return names.flatMap((name) => readFile(join(dataDir, name)) ?? [])
}

function readFile(path: string): RunFile | undefined {
  try {
    const run = runFile.parse(JSON.parse(readFileSync(path, 'utf8')))
    process.kill(run.pid, 0)
    return run
  } catch {
    return undefined
  }
}

/** Removes the files that are still this process's own. */
export function removeRunFile(dataDir: string): void {
  rmSync(join(dataDir, fileOf('worker')), { force: true })
  if (readRunFile(dataDir)?.pid === process.pid) rmSync(join(dataDir, 'run.json'), { force: true })
}
