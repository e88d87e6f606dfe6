import { parseArgs } from 'node:util'
import type { CliIo, Command } from '../command.ts'
import { confirmation, print, table, UsageError } from '../output.ts'
import { callServer } from '../server-call.ts'

type Job = {
  id: string
  name: string
  state: string
  progress: number
  reason: string | null
  attempts: number
  createdAt: string
  timeline: { at: string; percent: number; message: string | { en: string } }[]
  log: { at: string; level: string; event: string | { en: string }; fields: unknown }[]
}
type Schedule = {
  name: string
  cron: string
  timeZone: string
  paused: boolean
  nextAt: string | null
}
type Worker = { host: string; pid: number; alive: boolean; running: number; heartbeatAt: string }

const DONE: Record<string, string> = {
  cancel: 'cancelled',
  retry: 'queued again',
  discard: 'removed',
}
const SCHEDULE_ACTS = ['pause', 'resume', 'run']

/** `minato jobs`: what runs, what failed, and what to do about it. */
export const jobs: Command = {
  name: 'jobs',
  summary: { en: 'look at jobs and act on them', ja: 'ジョブを確認・操作する' },
  usage: `Usage: minato jobs <action> [options]

  list [--state S] [--name N] [--owner E] [--limit N]   newest first
  show ID                   one job with its timeline and log
  cancel ID                 stop one that is queued or running
  retry ID                  queue one again that failed or was cancelled
  retry-failed NAME         all failed ones of a kind, at most 1,000
  discard ID                remove one that failed or was cancelled
  workers                   worker processes and what they run
  schedules                 what is queued by itself, and when
  schedule NAME pause|resume|run

S is queued, running, succeeded, failed or cancelled. --json prints JSON.`,
  run: act,
}

async function act(args: string[], io: CliIo): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      state: { type: 'string' },
      name: { type: 'string' },
      owner: { type: 'string' },
      limit: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const [action = '', what, verb] = positionals
  const { json, limit, ...filter } = values
  if (action === 'list') {
    const input = { ...filter, ...(limit === undefined ? {} : { limit: Number(limit) }) }
    const { items } = await callServer<{ items: Job[] }>(io, 'jobs.list', input)
    print(io, json, items, table(items.map(rowOf)))
    return 0
  }
  if (action === 'workers' || action === 'schedules') return await listed(io, action, json)
  if (what === undefined) {
    throw new UsageError(action === '' ? 'Name an action.' : `Name what to ${action}.`)
  }
  if (action === 'show') return await show(io, what, json)
  if (action === 'retry-failed') {
    const count = await callServer<number>(io, 'jobs.retry-failed', { name: what })
    confirmation(io, json, { jobs: count }, `${count} jobs queued again.`)
    return 0
  }
  if (action === 'schedule') return await schedule(io, what, verb, json)
  const done = DONE[action]
  if (done === undefined) throw new UsageError(`Unknown action "${action}".`)
  const answer = await callServer(io, `jobs.${action}`, { id: what })
  confirmation(io, json, answer, `Job ${what} ${done}.`)
  return 0
}

/** The running server gives text; without one the moment comes as it is. */
function iso(at: string | Date | null): string {
  return at === null ? '' : new Date(at).toISOString()
}

function rowOf({ id, state, name, progress, attempts, reason, createdAt }: Job): string[] {
  return [id, state, `${progress}%`, name, `attempt ${attempts}`, iso(createdAt), reason ?? '']
}

async function show(io: CliIo, id: string, json: boolean): Promise<number> {
  const job = await callServer<Job | null>(io, 'jobs.show', { id })
  if (job === null) {
    io.stderr.write(`minato jobs: there is no job ${id}.\n`)
    return 1
  }
  const words = (text: string | { en: string }) => (typeof text === 'string' ? text : text.en)
  const timeline = job.timeline.map(({ at, percent, message }) => [
    iso(at),
    `${percent}%`,
    words(message),
  ])
  const log = job.log.map(({ at, level, event, fields }) => [
    iso(at),
    level,
    `${words(event)}${fields === null ? '' : ` ${JSON.stringify(fields)}`}`,
  ])
  print(io, json, job, table([rowOf(job), ...timeline, ...log]))
  return 0
}

async function listed(io: CliIo, what: 'workers' | 'schedules', json: boolean): Promise<number> {
  if (what === 'workers') {
    const workers = await callServer<Worker[]>(io, 'jobs.workers', {})
    const rows = workers.map(({ host, pid, alive, running, heartbeatAt }) => [
      host,
      String(pid),
      alive ? 'alive' : 'silent',
      `${running} running`,
      iso(heartbeatAt),
    ])
    print(io, json, workers, table(rows))
    return 0
  }
  const schedules = await callServer<Schedule[]>(io, 'jobs.schedules', {})
  const rows = schedules.map(({ name, cron, timeZone, paused, nextAt }) => [
    name,
    cron,
    timeZone,
    paused ? 'paused' : iso(nextAt),
  ])
  print(io, json, schedules, table(rows))
  return 0
}

async function schedule(
  io: CliIo,
  name: string,
  verb: string | undefined,
  json: boolean,
): Promise<number> {
  if (verb === undefined || !SCHEDULE_ACTS.includes(verb))
    throw new UsageError('Say pause, resume or run.')
  const answer = await callServer(io, 'jobs.schedule', { name, act: verb })
  confirmation(io, json, answer, `Schedule ${name}: ${verb} done.`)
  return 0
}
