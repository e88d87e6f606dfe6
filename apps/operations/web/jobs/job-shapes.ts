import type { Words } from '../shapes.ts'

export const JOB_STATES = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type JobState = (typeof JOB_STATES)[number]

export type ListedJob = {
  id: string
  name: string
  title: Words
  state: JobState
  progress: number
  message: Words | null
  reason: string | null
  detail: Words | null
  ownerId: string | null
  owner: string | null
  attempts: number
  createdAt: string
  startedAt: string | null
  finishedAt: string | null
}
export type WholeJob = Omit<ListedJob, 'owner'> & {
  timeline: { at: string; percent: number; message: Words | string; data?: unknown }[]
  result: unknown
}
export type JobLine = {
  at: string
  attempt: number
  level: 'debug' | 'info' | 'warn' | 'error'
  event: Words | string
  fields: unknown
}
export type JobName = { name: string; title: Words }
export type ScheduleRow = {
  name: string
  job: string
  title: Words
  cron: string
  timeZone: string
  paused: boolean
  nextAt: string | null
  lastAt: string | null
  lastJobId: string | null
}
export type Ended = { at: string; succeeded: number; failed: number; cancelled: number }
export type WorkerRow = {
  id: string
  host: string
  pid: number
  version: string
  startedAt: string
  heartbeatAt: string
  running: number
  draining: boolean
  alive: boolean
}
