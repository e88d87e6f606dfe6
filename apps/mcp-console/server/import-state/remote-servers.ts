import { allowsHost } from '../remote/allows-host.ts'
import { remoteTables } from '../remote/store.ts'
import { type Decision, type ImportContext, leave } from './decision.ts'
import { stableId } from './stable-id.ts'
import { type StateRow, textOf, timeOf } from './state-file.ts'

const MAX_NAME = 100

/** `remote_servers` → remote servers of the owner. */
export async function decideRemoteServers(context: ImportContext): Promise<Decision[]> {
  const there = await remoteTables(context.db)
    .selectFrom('mcp_console.remote_servers')
    .select(['id', 'url', 'name', 'owner_id'])
    .execute()
  const own = there.filter(({ owner_id }) => owner_id === context.ownerId)
  const known: Known = {
    ids: new Set(there.map(({ id }) => id)),
    urls: new Map(own.map(({ url, id }) => [url, id])),
    names: new Set(own.map(({ name }) => name.toLowerCase())),
  }
  return context.file.rows('remote_servers').map((row) => decide(context, row, known))
}

type Known = { ids: Set<string>; urls: Map<string, string>; names: Set<string> }

function decide(context: ImportContext, row: StateRow, known: Known): Decision {
  const oldId = textOf(row, 'server_id')
  const id = stableId('remote_servers', oldId)
  const url = URL.parse(textOf(row, 'endpoint'))?.href ?? ''
  if (known.ids.has(id)) {
    context.servers.set(oldId, { id, url })
    return { id: oldId, fate: 'already' }
  }
  const refused = refusal(context, oldId, url)
  if (refused !== undefined) return refused
  const twin = known.urls.get(url)
  if (twin !== undefined) {
    return leave(
      oldId,
      'duplicate',
      'The owner has a server at this address already.',
      'この URL のサーバーはすでに登録されています。',
    )
  }
  const name = freeName(textOf(row, 'name') || oldId, known.names)
  known.names.add(name.toLowerCase())
  known.urls.set(url, id)
  context.servers.set(oldId, { id, url })
  return {
    id: oldId,
    fate: 'take',
    async write(db) {
      await remoteTables(db)
        .insertInto('mcp_console.remote_servers')
        .values(columnsOf(context, row, { id, url, name }))
        .execute()
    },
  }
}

function refusal(context: ImportContext, oldId: string, url: string): Decision | undefined {
  const { services, hosts } = context
  const verdict = services.outbound.check(url)
  if (url === '' || verdict.verdict === 'refuse') {
    const code = url === '' ? 'OUTBOUND_URL_INVALID' : verdict.reason
    return leave(
      oldId,
      'bad_url',
      `Its address may not be reached from here (${code}).`,
      `この URL には接続できません(${code})。`,
    )
  }
  if (!allowsHost(hosts, url)) {
    const host = new URL(url).host
    return leave(
      oldId,
      'host_not_allowed',
      `Its host is not on the allow-list. Add ${host} under Remote servers and run this again.`,
      `ホスト ${host} が許可リストにありません。追加してから、もう一度実行してください。`,
    )
  }
  return undefined
}

function columnsOf(
  context: ImportContext,
  row: StateRow,
  { id, url, name }: { id: string; url: string; name: string },
) {
  const now = new Date(context.services.clock())
  return {
    ...{ id, name, url, owner_id: context.ownerId ?? '' },
    catalog_source: null,
    catalog_item: null,
    enabled: textOf(row, 'status').toLowerCase() !== 'disabled',
    state: 'new' as const,
    state_reason: null,
    transport: null,
    server_info: null,
    client_id: null,
    client_secret: null,
    scope: null,
    connected_at: null,
    created_at: timeOf(row, 'created_at') ?? now,
    updated_at: now,
  }
}

/** Names are unique to an owner, whatever their case. */
function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const base = wanted.slice(0, MAX_NAME)
  for (let number = 1; ; number += 1) {
    const suffix = number === 1 ? '' : ` (${number})`
    const name = `${base.slice(0, MAX_NAME - suffix.length)}${suffix}`
    if (!taken.has(name.toLowerCase())) return name
  }
}
