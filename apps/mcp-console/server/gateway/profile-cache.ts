import type { Principal } from '@minato/platform/http'
import type { Profile, ProfileServer } from '../profiles/profile.ts'
import { readChoices } from '../profiles/read-profiles.ts'
import type { Bus } from './bus.ts'
import type { GatewayDatabase } from './tables.ts'

/** A profile ready for use: its enabled servers by prefix. */
export type ActiveProfile = Profile & {
  active: readonly ProfileServer[]
  byPrefix: ReadonlyMap<string, ProfileServer>
}

type Snapshot = {
  byId: Map<string, ActiveProfile>
  byName: Map<string, ActiveProfile>
  choices: Map<string, string>
  readAt: number
}

/** Told of every change; this is for a message that was lost. */
const MAX_AGE_MS = 15_000

/** Profiles in memory: every request needs one. */
export function createProfileCache(options: {
  db: GatewayDatabase
  bus: Bus
  clock: () => number
  /** The profiles as they hold: under the gateway's configuration. */
  readProfiles: () => Promise<Profile[]>
}) {
  const { bus, clock } = options
  let snapshot: Snapshot | undefined
  let reading: Promise<Snapshot> | undefined
  let generation = 0
  bus.subscribe((news) => {
    if (news.topic !== 'profiles') return
    generation += 1
    snapshot = undefined
    reading = undefined
  })
  const read = (): Promise<Snapshot> => {
    const startedAt = generation
    reading ??= readSnapshot(options, clock())
      .then((read) => {
        // A change that came meanwhile must not be covered by what was read before it.
        if (startedAt === generation) snapshot = read
        return read
      })
      .finally(() => {
        if (startedAt === generation) reading = undefined
      })
    return reading
  }
  const current = (): Snapshot | Promise<Snapshot> => {
    if (snapshot === undefined) return read()
    // The old one serves on when the database is away.
    if (snapshot.readAt + MAX_AGE_MS < clock()) void read().catch(() => undefined)
    return snapshot
  }
  return {
    async byId(id: string): Promise<ActiveProfile | undefined> {
      return (await current()).byId.get(id)
    },
    /** The same at once, when it is at hand. */
    known: (id: string): ActiveProfile | undefined => {
      const found = current()
      return found instanceof Promise ? undefined : found.byId.get(id)
    },
    /** A profile open to the person that has the server: the named one, else the first. */
    async withServer(
      principal: Principal,
      ref: string,
      named: string | undefined,
    ): Promise<ActiveProfile | undefined> {
      const { byName } = await current()
      return [...byName.values()].find(
        (profile) =>
          (named === undefined || profile.name === named) &&
          openTo(principal, profile) !== undefined &&
          profile.active.some((server) => server.ref === ref),
      )
    },
    /**
     * The profile a request means: the one it names; else the one its key, then its person, chose;
     * else the default. Undefined as well for one that is not open to the person.
     */
    async choose(
      principal: Principal,
      named: string | undefined,
    ): Promise<ActiveProfile | undefined> {
      const { byId, byName, choices } = await current()
      if (named !== undefined) return openTo(principal, byName.get(named) ?? byId.get(named))
      const chosen =
        choices.get(`key:${principal.keyId}`) ?? choices.get(`user:${principal.userId}`)
      const preset = [...byId.values()].find(({ isDefault }) => isDefault)
      return openTo(principal, byId.get(chosen ?? '')) ?? openTo(principal, preset)
    },
  }
}

export type ProfileCache = ReturnType<typeof createProfileCache>

export function openTo(
  principal: Principal,
  profile: ActiveProfile | undefined,
): ActiveProfile | undefined {
  if (profile === undefined || !profile.enabled) return undefined
  return profile.members === null || profile.members.includes(principal.userId)
    ? profile
    : undefined
}

async function readSnapshot(
  { db, readProfiles }: { db: GatewayDatabase; readProfiles: () => Promise<Profile[]> },
  now: number,
): Promise<Snapshot> {
  const [profiles, choices] = await Promise.all([readProfiles(), readChoices(db)])
  const ready = profiles.map((profile) => {
    const active = profile.servers.filter(({ enabled }) => enabled)
    return { ...profile, active, byPrefix: new Map(active.map((one) => [one.prefix, one])) }
  })
  return {
    byId: new Map(ready.map((profile) => [profile.id, profile])),
    byName: new Map(ready.map((profile) => [profile.name, profile])),
    choices,
    readAt: now,
  }
}
