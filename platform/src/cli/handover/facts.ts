import { sql } from 'kysely'
import type { AppDefinition } from '../../app/define-app.ts'
import type { Services } from '../../app/services.ts'
import { isFinding, readRun } from '../../audit/index.ts'
import { listDeploys, listProcesses } from '../../deploy/index.ts'

/** What the next operator must know, as it is now. No secret is among it. */
export type HandoverFacts = {
  writtenAt: string
  release: string
  profile: string
  publicUrl: string
  apps: { name: string; title: { en: string; ja: string } }[]
  processes: { role: string; release: string; host: string; alive: boolean }[]
  /** Where state and services are: kind → place, or the variable whose value is a secret. */
  places: Record<string, string>
  /** Id of the key that encrypts. The keys themselves are never written down. */
  activeKeyId: string
  sandboxes: string[]
  people: {
    administrators: { email: string; twoFactor: boolean }[]
    operators: string[]
    users: number
  }
  backups: {
    newest: { id: string; at: string; bytes: number; proven: boolean } | null
    lastDrill: { at: string; state: string; rpoMs: number | null; rtoMs: number | null } | null
    schedule: string
    retentionDays: number
  }
  deploys: { at: string; release: string; state: string }[]
  audit: {
    at: string
    score: number
    open: { id: string; mend: { en: string; ja: string } }[]
  } | null
  schedules: {
    name: string
    cron: string
    timeZone: string
    paused: boolean
    nextAt: string | null
  }[]
  /** At most 200: more is no number anybody acts on. */
  failedJobs: number
  /** What ends within ninety days. */
  expiring: { what: string; when: string }[]
}

const MOST_FAILED = 200
const NINETY_DAYS = 90 * 86_400_000

/** Looks it all up. Reads only. */
export async function handoverFacts(
  services: Services,
  apps: readonly AppDefinition[],
): Promise<HandoverFacts> {
  const { config } = services
  return {
    writtenAt: new Date(services.clock()).toISOString(),
    release: config.deploy.release ?? services.version,
    profile: services.profile,
    publicUrl: services.publicUrl,
    apps: apps.map(({ name, title }) => ({ name, title })),
    processes: (await listProcesses(services)).map(({ role, release, host, alive }) => ({
      ...{ role, release, host, alive },
    })),
    places: await placesOf(services),
    activeKeyId: services.keys.activeKeyId,
    sandboxes: [...services.sandboxes],
    people: await peopleOf(services),
    backups: await backupsOf(services),
    deploys: await deploysOf(services),
    audit: await auditOf(services),
    ...(await workOf(services)),
    expiring: await expiringOf(services),
  }
}

async function placesOf({ config, db }: Services): Promise<Record<string, string>> {
  const { rows } = await sql<{ name: string; host: string | null }>`
    select current_database() as name, host(inet_server_addr()) as host`.execute(db)
  const [database] = rows
  const set = (value: unknown, variable: string) => (value === undefined ? '' : variable)
  return {
    data: config.core.dataDir,
    database:
      config.data.databaseUrl === undefined
        ? ''
        : `PostgreSQL ${database?.name ?? ''} @ ${database?.host ?? 'socket'} (DATABASE_URL)`,
    redis: set(config.cache.redisUrl, 'REDIS_URL'),
    files: config.files.filesUrl ?? '',
    mail: set(config.mail.url, 'MAIL_URL'),
    model: config.llm.url ?? '',
    backups: config.backup.url ?? '',
  }
}

async function peopleOf({ db }: Services): Promise<HandoverFacts['people']> {
  const { rows } = await sql<{ email: string; roles: string[]; second: boolean }>`
    select u.email, u.roles, exists (select 1 from minato.two_factors f
        where f.user_id = u.id and f.confirmed_at is not null) as second
      from minato.users u
     where u.status = 'active' and u.roles && array['admin', 'operator'] order by u.email`.execute(
    db,
  )
  const count = await sql<{ users: number }>`
    select count(*)::int as users from minato.users where status = 'active'`.execute(db)
  return {
    administrators: rows
      .filter(({ roles }) => roles.includes('admin'))
      .map(({ email, second }) => ({ email, twoFactor: second })),
    operators: rows.filter(({ roles }) => !roles.includes('admin')).map(({ email }) => email),
    users: count.rows[0]?.users ?? 0,
  }
}

async function backupsOf({ backups, config }: Services): Promise<HandoverFacts['backups']> {
  const newest = (await backups.list()).find(({ state }) => state === 'done')
  const last = (await backups.drills()).find(({ state }) => state !== 'running')
  return {
    newest:
      newest === undefined
        ? null
        : {
            id: newest.id,
            at: (newest.snapshotAt ?? newest.startedAt).toISOString(),
            bytes: newest.bytes ?? 0,
            proven: newest.proof === 'proven',
          },
    lastDrill:
      last === undefined
        ? null
        : {
            at: last.startedAt.toISOString(),
            ...{ state: last.state, rpoMs: last.rpoMs, rtoMs: last.rtoMs },
          },
    schedule: config.backup.schedule ?? '0 3 * * *',
    retentionDays: config.backup.retentionDays,
  }
}

async function deploysOf({ db }: Services): Promise<HandoverFacts['deploys']> {
  const { items } = await listDeploys(db, { limit: 5 })
  return items.map(({ startedAt, release, state }) => ({ at: startedAt, release, state }))
}

async function auditOf({ db }: Services): Promise<HandoverFacts['audit']> {
  const newest = await readRun(db)
  if (newest === undefined) return null
  const { startedAt, score, report } = newest
  const open = report.results.filter(isFinding).map(({ id, mend }) => ({ id, mend }))
  return { at: startedAt.toISOString(), score, open }
}

async function workOf({
  jobs,
}: Services): Promise<Pick<HandoverFacts, 'schedules' | 'failedJobs'>> {
  const failed = await jobs.list({ state: 'failed', limit: MOST_FAILED })
  return {
    schedules: (await jobs.schedules.list()).map(({ name, cron, timeZone, paused, nextAt }) => ({
      ...{ name, cron, timeZone, paused },
      nextAt: nextAt === null ? null : new Date(nextAt).toISOString(),
    })),
    failedJobs: failed.items.length,
  }
}

async function expiringOf({ db, clock }: Services): Promise<HandoverFacts['expiring']> {
  const until = new Date(clock() + NINETY_DAYS)
  const { rows } = await sql<{ name: string; email: string; when: Date }>`
    select k.name, u.email, k.expires_at as when from minato.api_keys k
      join minato.users u on u.id = k.user_id
     where k.revoked_at is null and k.expires_at between now() and ${until}
     order by k.expires_at limit 50`.execute(db)
  return rows.map(({ name, email, when }) => ({
    what: `API key "${name}" of ${email}`,
    when: when.toISOString(),
  }))
}
