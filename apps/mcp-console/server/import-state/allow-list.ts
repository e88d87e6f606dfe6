import { normalHostPattern } from '../remote/allows-host.ts'
import { remoteTables } from '../remote/store.ts'
import { type Decision, type ImportContext, leave } from './decision.ts'
import { type StateRow, textOf } from './state-file.ts'

/** `gateway_allowlist` → the hosts remote servers may be on. */
export async function decideAllowList(context: ImportContext): Promise<Decision[]> {
  const there = new Set(
    (
      await remoteTables(context.db)
        .selectFrom('mcp_console.remote_hosts')
        .select('pattern')
        .execute()
    ).map(({ pattern }) => pattern),
  )
  // By the file alone, so that a second look says of each row what the first said.
  const seen = new Set<string>()
  return context.file.rows('gateway_allowlist').map((row) => {
    const id = textOf(row, 'id')
    const patterns = patternsOf(row)
    if ('reason' in patterns) return leave(id, patterns.reason, patterns.en, patterns.ja)
    const repeated = patterns.hosts.every((host) => seen.has(host))
    for (const host of patterns.hosts) seen.add(host)
    if (repeated) {
      return leave(id, 'duplicate', 'Another row says the same.', '同じ内容の行がほかにあります。')
    }
    context.hosts.push(...patterns.hosts)
    const fresh = patterns.hosts.filter((host) => !there.has(host))
    return fresh.length === 0 ? { id, fate: 'already' } : takeHosts(context, id, fresh)
  })
}

function takeHosts(context: ImportContext, id: string, hosts: string[]): Decision {
  const { ownerId, services } = context
  const created_at = new Date(services.clock())
  return {
    id,
    fate: 'take',
    async write(db) {
      await remoteTables(db)
        .insertInto('mcp_console.remote_hosts')
        .values(hosts.map((pattern) => ({ pattern, added_by: ownerId ?? null, created_at })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    },
  }
}

type Refused = { reason: string; en: string; ja: string }

function patternsOf(row: StateRow): { hosts: string[] } | Refused {
  const value = textOf(row, 'value').toLowerCase()
  if (textOf(row, 'enabled') === '0') {
    return {
      reason: 'disabled',
      en: 'It was switched off there.',
      ja: '旧コンソールで無効にされていました。',
    }
  }
  const type = textOf(row, 'type')
  if (type === 'domain' && !value.startsWith('*')) {
    // There a domain stood for itself and for everything under it.
    const hosts = [normalHostPattern(value), normalHostPattern(`*.${value}`)]
    const known = hosts.filter((host) => host !== undefined)
    return known.length === hosts.length ? { hosts: known } : badHost()
  }
  if (type === 'domain' || type === 'pattern') {
    // A pattern was matched against host and path; here only hosts are listed.
    const host = normalHostPattern(value.replace(/\/\*?$/, ''))
    if (host === undefined || value.replace(/\/\*?$/, '').includes('/')) return badHost()
    return { hosts: [host] }
  }
  return {
    reason: 'kind_unknown',
    en: `Entries of the kind "${type.slice(0, 40)}" have no counterpart: hosts are listed here.`,
    ja: `「${type.slice(0, 40)}」の項目に相当するものはありません。ここではホストを登録します。`,
  }
}

function badHost(): Refused {
  return {
    reason: 'bad_host',
    en: 'It is no host and no *.suffix. Add what it should mean under Remote servers, by hand.',
    ja: 'ホスト名でも *.suffix でもありません。意図した内容を「リモートサーバー」で登録してください。',
  }
}
