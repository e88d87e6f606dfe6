import type { ContainerStats } from 'dockerode'
import { z } from 'zod'

export const statsView = z.object({
  at: z.string(),
  /** Of one core: 150 is one core and a half. */
  cpuPercent: z.number(),
  /** Without the pages of files that can be dropped at any time, as `docker stats` counts. */
  memoryBytes: z.number(),
  memoryLimitBytes: z.number(),
  processes: z.number(),
  receivedBytes: z.number(),
  sentBytes: z.number(),
})
export type StatsView = z.infer<typeof statsView>

/** Docker's counters as numbers a person reads. Those of a container that does not run are all 0. */
export function viewStats(stats: ContainerStats): StatsView {
  const { memory_stats: memory, pids_stats: pids, networks = {} } = stats
  const details: Record<string, number> = { ...memory.stats }
  // cgroup version 2, or 1
  const droppable = details['inactive_file'] ?? details['total_inactive_file'] ?? 0
  const usage = memory.usage ?? 0
  return {
    at: stats.read,
    cpuPercent: cpuPercent(stats),
    memoryBytes: Math.max(0, usage - droppable),
    memoryLimitBytes: memory.limit ?? 0,
    processes: pids?.current ?? 0,
    receivedBytes: sum(Object.values(networks).map((network) => network.rx_bytes)),
    sentBytes: sum(Object.values(networks).map((network) => network.tx_bytes)),
  }
}

/** Time used between two looks, as a share of the time that passed on all cores, times the cores. */
function cpuPercent({ cpu_stats: now, precpu_stats: before }: ContainerStats): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage
  const passed = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0)
  if (!(used > 0) || !(passed > 0)) return 0
  const cores = now.online_cpus ?? now.cpu_usage.percpu_usage?.length ?? 1
  return Math.round((used / passed) * cores * 1000) / 10
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
