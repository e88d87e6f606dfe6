import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Redis } from '../cache/index.ts'
import type { Metrics } from './metrics.ts'

/** Where Linux tells a container its limit; `max` is none. */
const CGROUP_LIMIT = '/sys/fs/cgroup/memory.max'

type ProcessDeps = {
  metrics: Metrics
  version: string
  role: string
  dataDir: string
  redis: Redis | undefined
  /** At which the process drains and leaves, where configured. */
  maxRssBytes: number | undefined
  eventLoopDelayMs: () => number
}

/** What a process knows of itself, of its disk and of its connection to Redis. */
export function processFigures(deps: ProcessDeps): void {
  const { metrics, version, role, redis, eventLoopDelayMs } = deps
  metrics
    .gauge({ name: 'minato_build_info', help: 'Always 1.', labelNames: ['version', 'role'] })
    .set({ version, role }, 1)
  metrics.gauge({
    name: 'process_event_loop_delay_seconds',
    help: 'What a request waits for the event loop that comes now, weighted by time.',
    collect() {
      this.set(eventLoopDelayMs() / 1000)
    },
  })
  const limit = deps.maxRssBytes ?? containerLimit()
  if (limit !== undefined) {
    metrics
      .gauge({
        name: 'process_memory_limit_bytes',
        help: 'HTTP_MAX_RSS, or the limit of the container.',
      })
      .set(limit)
  }
  diskFigures(metrics, deps.dataDir)
  if (redis !== undefined) redisFigures(metrics, redis)
}

function containerLimit(): number | undefined {
  try {
    const limit = Number(readFileSync(CGROUP_LIMIT, 'utf8'))
    return Number.isFinite(limit) ? limit : undefined
  } catch {
    return undefined // no Linux, or no container
  }
}

function diskFigures(metrics: Metrics, dataDir: string): void {
  const size = metrics.gauge({ name: 'disk_size_bytes', help: "Size of the data folder's disk." })
  const free = metrics.gauge({
    name: 'disk_free_bytes',
    help: "What is free on the data folder's disk for this process.",
  })
  metrics.beforeExpose(async () => {
    const { bsize, blocks, bavail } = await statfs(dataDir)
    size.set(bsize * blocks)
    free.set(bsize * bavail)
  })
}

export function redisFigures(metrics: Metrics, redis: Pick<Redis, 'info'>): void {
  const up = metrics.gauge({ name: 'redis_up', help: 'Whether Redis answers, 1 or 0.' })
  const memory = metrics.gauge({
    name: 'redis_memory_bytes',
    help: 'Memory that Redis uses, and its limit where it has one.',
    labelNames: ['kind'],
  })
  metrics.beforeExpose(async () => {
    // The client gives a command a second at most.
    const info = await redis.info('memory').catch(() => undefined)
    up.set(info === undefined ? 0 : 1)
    memory.reset()
    if (info === undefined) return
    const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
    memory.set({ kind: 'used' }, figure('used_memory'))
    if (figure('maxmemory') > 0) memory.set({ kind: 'limit' }, figure('maxmemory'))
  })
}
