import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { coreConfig, loadConfig } from '../../config/index.ts'
import { type CliIo, type Command, systemOf } from '../command.ts'
import { readRunFile, readWorkerFiles } from '../run-file.ts'

const TIMEOUT_MS = 3000

/** `minato health`: what a container's health check runs. */
export const health: Command = {
  name: 'health',
  summary: {
    en: 'ask the running processes whether they are well',
    ja: '動作中のプロセスの状態を確かめる',
  },
  usage: `Usage: minato health [--role web|worker]

Asks what runs in the data folder: the web process (default) or every worker. Prints one line each.
Ends with 0 when all are well, 1 when one is not or none runs.`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { role: { type: 'string', default: 'web' } } })
    if (values.role !== 'web' && values.role !== 'worker') {
      io.stderr.write('minato: --role must be web or worker.\n')
      return 2
    }
    const dataDir = dataFolder(io)
    const targets = values.role === 'web' ? webTargets(dataDir) : workerTargets(dataDir)
    if (targets.length === 0) {
      io.stderr.write(`minato: no ${values.role} process runs in ${dataDir}.\n`)
      return 1
    }
    const answers = await Promise.all(targets.map((target) => ask(target, io)))
    return answers.every((well) => well) ? 0 : 1
  },
}

/**
 * Only where the run files are. A container asks this every few seconds: reading the whole
 * configuration would load every app each time.
 */
function dataFolder(io: CliIo): string {
  const { root } = systemOf(io)
  const { values } = loadConfig({ root, env: io.env, sections: { core: coreConfig } })
  return resolve(root, String(values['core']?.['dataDir'] ?? 'data'))
}

type Target = { pid: number; url: string }

function webTargets(dataDir: string): Target[] {
  const run = readRunFile(dataDir)
  const url = run?.listeners['web']
  return run === undefined || url === undefined ? [] : [{ pid: run.pid, url }]
}

function workerTargets(dataDir: string): Target[] {
  return readWorkerFiles(dataDir).flatMap(({ pid, listeners }) =>
    listeners['worker'] === undefined ? [] : [{ pid, url: listeners['worker'] }],
  )
}

async function ask({ pid, url }: Target, io: CliIo): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/health/live`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    io.stdout.write(`${pid} ${url} ${answer.ok ? 'up' : `down (${answer.status})`}\n`)
    return answer.ok
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    io.stdout.write(`${pid} ${url} down (${reason})\n`)
    return false
  }
}
