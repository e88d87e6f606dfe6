import { parseArgs } from 'node:util'
import { asText, type DeployRecord, deployRecord, type ProcessRow } from '../../deploy/index.ts'
import type { CliIo, Command } from '../command.ts'
import { print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

/** `minato deploys`: what was deployed, and what runs. */
export const deploys: Command = {
  name: 'deploys',
  summary: { en: 'look at deploys and at what runs', ja: 'デプロイの履歴と稼働状況を見る' },
  usage: `Usage: minato deploys [list|processes] [--limit N] [--json]

  list        deploys and rollbacks, newest first, with their steps (default)
  processes   every process, the release it runs, and since when
  record      reads the record of a deploy from stdin and keeps it (minato deploy does this)`,
  run: act,
}

async function act(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      limit: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
    },
  })
  const [action = 'list', ...rest] = positionals
  if (rest.length > 0) throw new UsageError(`"${rest[0]}" is one word too many.`)
  if (action === 'record') return await record(io)
  if (action === 'processes') {
    const rows = await callServer<ProcessRow[]>(io, 'deploys.processes', {})
    print(io, values.json, rows, table(rows.map(lineOf)))
    return 0
  }
  if (action !== 'list') throw new UsageError(`Unknown action "${action}".`)
  const limit = Number(values.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 200) {
    throw new UsageError('--limit must be a number from 1 to 200.')
  }
  const found = await callServer<DeployRecord[]>(io, 'deploys.list', { limit })
  const text = found.map((one) => `${one.startedAt}  ${asText(one)}`).join('\n\n')
  print(io, values.json, found, text === '' ? 'No deploy yet: minato deploy --image TAG' : text)
  return 0
}

function lineOf({ role, release, color, host, pid, startedAt, alive }: ProcessRow): string[] {
  const since = new Date(startedAt).toISOString()
  return [role, color ?? '', release, `${host}:${pid}`, since, alive ? 'alive' : 'silent']
}

async function record(io: CliIo): Promise<number> {
  let text = ''
  for await (const chunk of io.stdin) text += chunk
  await callServer(io, 'deploys.record', deployRecord.parse(JSON.parse(text)))
  return 0
}
