import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
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

/** Written beside and renamed, readable by its owner only: it holds the admin token. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  const path = join(dataDir, 'run.json')
  const scratch = `${path}.${process.pid}`
  writeFileSync(scratch, `${JSON.stringify(run, null, 2)}\n`, { mode: 0o600 })
  chmodSync(scratch, 0o600)
  renameSync(scratch, path)
}

/** The running server's file, or undefined when none runs (a killed one leaves its file behind). */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    const run = runFile.parse(JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')))
    process.kill(run.pid, 0)
    return run
  } catch {
    return undefined
  }
}

/** Removes the file if it is still this process's own. */
export function removeRunFile(dataDir: string): void {
  if (readRunFile(dataDir)?.pid === process.pid) rmSync(join(dataDir, 'run.json'), { force: true })
}
