import type { AppDefinition } from './define-app.ts'

type Share = { workerApps: readonly string[]; workerExceptApps: readonly string[] }

/**
 * Which apps' jobs this worker runs, and which it leaves to others: one app's work may need what
 * only one worker is given, such as the Docker socket.
 *
 * @example
 * shareOfWork(apps, { workerApps: ['mcp-console'], workerExceptApps: [] }).mine
 */
export function shareOfWork<App extends Pick<AppDefinition, 'name'>>(
  apps: readonly App[],
  { workerApps, workerExceptApps }: Share,
): { mine: App[]; others: App[] } {
  const runs = ({ name }: App) =>
    (workerApps.length === 0 || workerApps.includes(name)) && !workerExceptApps.includes(name)
  return { mine: apps.filter(runs), others: apps.filter((app) => !runs(app)) }
}

export function namesOfJobs(apps: readonly Pick<AppDefinition, 'jobs'>[]): ReadonlySet<string> {
  return new Set(apps.flatMap(({ jobs = [] }) => jobs.map(({ name }) => name)))
}
