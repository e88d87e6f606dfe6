import { allowsName } from '../gateway/naming.ts'
import type { Profile, ProfileServer } from '../profiles/profile.ts'
import type { GatewayDocument } from './document.ts'

/** What holds for a profile that says nothing itself. */
type Defaults = { callTimeoutMs: number; maxOutputBytes: number }

/**
 * The profiles under the gateway's configuration: servers that are off there are in none, tools are
 * those that both allow, and of two limits the lower holds. It never widens anything.
 *
 * @example restrictProfiles(await readProfiles(db), document, services.appConfig)
 */
export function restrictProfiles(
  profiles: readonly Profile[],
  { servers, settings }: GatewayDocument,
  defaults: Defaults,
): Profile[] {
  const rules = new Map(servers.map((rule) => [rule.server, rule]))
  const { callsPerMinute, maxConcurrentCalls, callTimeoutMs, maxOutputBytes } = settings
  return profiles.map((profile) => ({
    ...profile,
    servers: profile.servers.map((server) => restrictServer(server, rules.get(server.ref))),
    callsPerMinute: lower(profile.callsPerMinute, callsPerMinute),
    maxConcurrent: lower(profile.maxConcurrent, maxConcurrentCalls),
    timeoutMs: lower(profile.timeoutMs, callTimeoutMs, defaults.callTimeoutMs),
    maxOutputBytes: lower(profile.maxOutputBytes, maxOutputBytes, defaults.maxOutputBytes),
  }))
}

function restrictServer(
  server: ProfileServer,
  rule: GatewayDocument['servers'][number] | undefined,
): ProfileServer {
  if (rule === undefined) return server
  const enabled = server.enabled && rule.enabled
  return { ...server, enabled, tools: bothAllow(server.tools, rule.tools) }
}

/** `null` stays where nothing limits: the default then holds further down. */
function lower(own: number | null, most: number | undefined, preset?: number): number | null {
  if (most === undefined) return own
  return Math.min(own ?? preset ?? most, most)
}

/**
 * The names two lists both allow, `*` at the end standing for any rest; null allows all.
 *
 * @example bothAllow(['get_*', 'echo'], ['get_issue', 'e*']) // ['get_issue', 'echo']
 */
export function bothAllow(
  one: readonly string[] | null,
  other: readonly string[] | null,
): string[] | null {
  if (one === null || other === null) return one === null ? copy(other) : copy(one)
  // A star with a name or a longer star under it: the narrower of the two is what both allow.
  const narrower = (from: readonly string[], under: readonly string[]) =>
    from.filter((entry) => allowsName(under, entry))
  return [...new Set([...narrower(one, other), ...narrower(other, one)])]
}

function copy(list: readonly string[] | null): string[] | null {
  return list === null ? null : [...list]
}
