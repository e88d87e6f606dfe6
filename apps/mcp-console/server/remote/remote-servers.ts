import { randomUUID } from 'node:crypto'
import { sqlState } from '@minato/platform/data'
import { commonErrors } from '@minato/platform/errors'
import { sql } from 'kysely'
import { catalogItem } from '../catalog/index.ts'
import type { ConsoleServices } from '../config.ts'
import { remoteErrors } from './errors.ts'
import type { KeyHeader } from './key-headers.ts'
import { assertAllowedHost } from './remote-hosts.ts'
import { revokeCredential } from './revoke.ts'
import { seal } from './sealed.ts'
import { ownRemoteServer, type RemoteServer, remoteTables } from './store.ts'
import type { RemoteRow } from './view.ts'

/** What a person may say of a server: its address, or the catalog item that has one. */
export type RemoteInput = {
  name?: string | undefined
  url?: string | undefined
  source?: string | undefined
  item?: string | undefined
  headers?: KeyHeader[] | undefined
}

export type RemoteChange = {
  name?: string | undefined
  url?: string | undefined
  clientId?: string | null | undefined
  clientSecret?: string | null | undefined
  scope?: string | null | undefined
  headers?: KeyHeader[] | undefined
}

type Page = { cursor?: string | undefined; limit: number }

/** This owner's servers, the newest first. */
export async function listRemoteServers(
  services: ConsoleServices,
  ownerId: string,
  page: Page,
): Promise<{ items: RemoteRow[]; nextCursor: string | null }> {
  const after = page.cursor === undefined ? undefined : readCursor(page.cursor)
  const rows = await withCredential(services)
    .where('server.owner_id', '=', ownerId)
    .$if(after !== undefined, (query) =>
      query.where(
        sql<boolean>`(server.created_at, server.id) < (${after?.at}::timestamptz, ${after?.id}::uuid)`,
      ),
    )
    .orderBy('server.created_at', 'desc')
    .orderBy('server.id', 'desc')
    .limit(page.limit + 1)
    .execute()
  const items = rows.slice(0, page.limit)
  const last = rows.length > page.limit ? items.at(-1) : undefined
  return { items, nextCursor: last === undefined ? null : writeCursor(last) }
}

export async function readRemoteServer(
  services: ConsoleServices,
  id: string,
  ownerId: string,
): Promise<RemoteRow> {
  const row = await withCredential(services)
    .where('server.id', '=', id)
    .where('server.owner_id', '=', ownerId)
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return row
}

/** Registers a server by URL or from the catalog, where the allow-list lets its host through. */
export async function addRemoteServer(
  services: ConsoleServices,
  ownerId: string,
  input: RemoteInput,
): Promise<RemoteRow> {
  const { source, item } = input
  const listed =
    source === undefined || item === undefined
      ? undefined
      : await catalogItem(services, source, item)
  const address = input.url ?? listed?.remoteUrl
  if (address === undefined) throw remoteErrors.MCP_CONSOLE_REMOTE_NO_ADDRESS()
  const url = await checkedAddress(services, address)
  const id = randomUUID()
  const now = new Date(services.clock())
  await uniquely(() =>
    remoteTables(services.db)
      .insertInto('mcp_console.remote_servers')
      .values({
        id,
        owner_id: ownerId,
        name: input.name ?? listed?.title.slice(0, 100) ?? url.hostname.slice(0, 100),
        url: url.href,
        catalog_source: listed === undefined ? null : (source ?? null),
        catalog_item: listed === undefined ? null : (item ?? null),
        headers: JSON.stringify(input.headers ?? []),
        created_at: now,
        updated_at: now,
      })
      .execute(),
  )
  return await readRemoteServer(services, id, ownerId)
}

/** Changes name, address, headers or OAuth client. Another origin must not be sent the old one's tokens and keys. */
export async function changeRemoteServer(
  services: ConsoleServices,
  server: RemoteServer,
  change: RemoteChange,
): Promise<void> {
  const url = change.url === undefined ? undefined : await checkedAddress(services, change.url)
  const moved = url !== undefined && url.href !== server.url
  const otherClient = change.clientId !== undefined && change.clientId !== server.client_id
  if (moved || otherClient) await revokeCredential(services, server.id)
  const { clientSecret } = change
  const elsewhere = url !== undefined && url.origin !== new URL(server.url).origin
  const headers = change.headers ?? (elsewhere ? [] : undefined)
  const place = { table: 'remote_servers', column: 'client_secret', row: server.id } as const
  await uniquely(() =>
    remoteTables(services.db)
      .updateTable('mcp_console.remote_servers')
      .set({
        ...(change.name === undefined ? {} : { name: change.name }),
        ...(moved
          ? { url: url.href, transport: null, state: 'new', state_reason: null, server_info: null }
          : {}),
        ...(change.clientId === undefined ? {} : { client_id: change.clientId }),
        ...(change.scope === undefined ? {} : { scope: change.scope }),
        ...(headers === undefined ? {} : { headers: JSON.stringify(headers) }),
        ...(clientSecret === undefined
          ? otherClient
            ? { client_secret: null }
            : {}
          : {
              client_secret:
                clientSecret === null ? null : seal(services.keys, clientSecret, place),
            }),
        updated_at: new Date(services.clock()),
      })
      .where('id', '=', server.id)
      .execute(),
  )
}

export async function setEnabled(
  services: ConsoleServices,
  server: RemoteServer,
  enabled: boolean,
): Promise<void> {
  await remoteTables(services.db)
    .updateTable('mcp_console.remote_servers')
    .set({ enabled, updated_at: new Date(services.clock()) })
    .where('id', '=', server.id)
    .execute()
}

/** Deletes a server; its tokens are given back to the provider first. */
export async function removeRemoteServer(
  services: ConsoleServices,
  id: string,
  ownerId: string,
): Promise<RemoteServer> {
  const server = await ownRemoteServer(services, id, ownerId)
  await revokeCredential(services, id)
  await remoteTables(services.db)
    .deleteFrom('mcp_console.remote_servers')
    .where('id', '=', id)
    .execute()
  return server
}

/** An address that outbound would dial for a user, on a host of the allow-list. */
async function checkedAddress(services: ConsoleServices, address: string): Promise<URL> {
  const url = URL.parse(address.trim())
  const verdict = services.outbound.check(address.trim())
  if (url === null || verdict.verdict === 'refuse') {
    throw remoteErrors.MCP_CONSOLE_REMOTE_URL_REFUSED(
      {},
      { errors: [{ path: '/url', code: verdict.reason, message: verdict.detail?.en ?? '' }] },
    )
  }
  await assertAllowedHost(services, url)
  url.hash = ''
  return url
}

function withCredential(services: ConsoleServices) {
  return remoteTables(services.db)
    .selectFrom('mcp_console.remote_servers as server')
    .leftJoin('mcp_console.oauth_credentials as credential', 'credential.server_id', 'server.id')
    .selectAll('server')
    .select([
      sql<boolean>`credential.server_id is not null`.as('credential'),
      'credential.expires_at as token_expires_at',
    ])
}

async function uniquely<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (error) {
    if (sqlState(error) === '23505') throw remoteErrors.MCP_CONSOLE_REMOTE_NAME_TAKEN()
    throw error
  }
}

function writeCursor(row: RemoteServer): string {
  return Buffer.from(`${row.created_at.toISOString()} ${row.id}`).toString('base64url')
}

function readCursor(text: string): { at: string; id: string } | undefined {
  const found = /^(\d{4}-[\dT:.-]+Z) ([\da-f-]{36})$/.exec(
    Buffer.from(text, 'base64url').toString('utf8'),
  )
  const [, at, id] = found ?? []
  return at === undefined || id === undefined ? undefined : { at, id }
}
