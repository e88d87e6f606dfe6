import type { Words } from '../app.ts'

/** A job that runs for the person. */
export type OwnJob = {
  id: string
  name: string
  title: Words
  progress: number
  message: Words | null
}

/** What the server tells of one; null: as it was. */
export type OwnJobChange = Omit<OwnJob, 'progress'> & { state: string; progress: number | null }

/** The list after a change: a new job comes first, one that no longer runs is gone. */
export function changed(jobs: readonly OwnJob[], change: OwnJobChange): OwnJob[] {
  const { id, name, title, state, progress, message } = change
  if (state !== 'running') return jobs.filter((job) => job.id !== id)
  const known = jobs.find((job) => job.id === id)
  if (known === undefined) return [{ id, name, title, progress: progress ?? 0, message }, ...jobs]
  const next = { ...known, progress: progress ?? known.progress, message: message ?? known.message }
  return jobs.map((job) => (job.id === id ? next : job))
}
