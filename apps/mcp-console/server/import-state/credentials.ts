import { z } from 'zod'
import { seal } from '../remote/sealed.ts'
import { remoteTables } from '../remote/store.ts'
import { type Decision, type ImportContext, leave } from './decision.ts'
import { FERNET_REASONS, openFernet } from './fernet-tokens.ts'
import { jsonOf, readTime, type StateRow, textOf, timeOf } from './state-file.ts'

const tokens = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
  scopes: z.union([z.array(z.string()), z.string()]).nullish(),
  expires_at: z.string().nullish(),
})

/** `credentials` → OAuth credentials of the servers that were taken, encrypted under our key ring. */
export async function decideCredentials(context: ImportContext): Promise<Decision[]> {
  const there = new Set(
    (
      await remoteTables(context.db)
        .selectFrom('mcp_console.oauth_credentials')
        .select('server_id')
        .execute()
    ).map(({ server_id }) => server_id),
  )
  // A server had one in force, which its own row names; older ones stayed in the table.
  const inForce = new Map(
    context.file
      .rows('remote_servers')
      .map((row) => [textOf(row, 'server_id'), textOf(row, 'credential_key')]),
  )
  const claimed = new Set<string>()
  return context.file.rows('credentials').map((row) => {
    const key = textOf(row, 'credential_key')
    const id = shown(key)
    const oldServer = textOf(row, 'server_id')
    const server = context.servers.get(oldServer)
    if (server === undefined) {
      return leave(
        id,
        'no_server',
        'The server it belongs to was not taken.',
        '対応するサーバーが取り込まれていません。',
      )
    }
    const named = inForce.get(oldServer) || key
    if (claimed.has(server.id) || named !== key) {
      return leave(
        id,
        'duplicate',
        'The server has another credential in force.',
        'サーバーには別の資格情報が使われています。',
      )
    }
    return claim(decide(context, row, { id, server }), server.id, { claimed, there })
  })
}

type Claims = { claimed: Set<string>; there: ReadonlySet<string> }

/** What would be taken and is there stays as it is: it may have been renewed since. */
function claim(decision: Decision, serverId: string, { claimed, there }: Claims): Decision {
  const closed = decision.fate === 'leave' && decision.reason === 'no_key'
  if (decision.fate === 'take' || closed) {
    claimed.add(serverId)
    if (there.has(serverId)) return { id: decision.id, fate: 'already' }
  }
  return decision
}

type Found = { id: string; server: { id: string; url: string } }

function decide(context: ImportContext, row: StateRow, { id, server }: Found): Decision {
  const opened = openFernet(jsonOf(row, 'token_ref'), context.fernetKeys)
  if ('reason' in opened) {
    const { en, ja } = FERNET_REASONS[opened.reason]
    return leave(id, opened.reason, en, ja)
  }
  const read = tokens.safeParse(parsed(opened.text))
  if (!read.success) {
    const { en, ja } = FERNET_REASONS.bad_token
    return leave(id, 'bad_token', en, ja)
  }
  const expiresAt = readTime(read.data.expires_at ?? '') ?? timeOf(row, 'expires_at')
  const over = expiresAt !== undefined && expiresAt.getTime() <= context.services.clock()
  if (over && !read.data.refresh_token) {
    return leave(
      id,
      'expired',
      'It has ended and cannot be renewed. Authorize the server again.',
      '期限切れで、更新もできません。サーバーの認可をやり直してください。',
    )
  }
  const provider = providerOf(context, row)
  if (provider === undefined) {
    return leave(
      id,
      'no_provider',
      'The file does not say, or not rightly, where it is renewed and for which client. Authorize the server again.',
      '更新先かクライアントの記録がないか、正しくありません。サーバーの認可をやり直してください。',
    )
  }
  const data = { ...read.data, expiresAt, ...provider }
  return { id, fate: 'take', write: (db) => write({ ...context, db }, row, server, data) }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Where a token is renewed. The file is not believed: https, and no address inside the network. */
function providerOf({ services }: ImportContext, row: StateRow) {
  const url = URL.parse(textOf(row, 'oauth_token_url'))
  const clientId = textOf(row, 'oauth_client_id')
  if (url === null || clientId === '' || url.protocol !== 'https:') return undefined
  if (services.outbound.check(url.href).verdict === 'refuse') return undefined
  return { tokenEndpoint: url.href, issuer: url.origin, clientId }
}

type Data = z.infer<typeof tokens> & {
  expiresAt: Date | undefined
  tokenEndpoint: string
  issuer: string
  clientId: string
}

async function write(
  { services, db }: ImportContext,
  row: StateRow,
  server: Found['server'],
  data: Data,
): Promise<void> {
  const place = { table: 'oauth_credentials', row: server.id } as const
  const now = new Date(services.clock())
  const scope = Array.isArray(data.scopes) ? data.scopes.join(' ') : (data.scopes ?? null)
  await remoteTables(db)
    .insertInto('mcp_console.oauth_credentials')
    .values({
      server_id: server.id,
      issuer: data.issuer,
      token_endpoint: data.tokenEndpoint,
      revocation_endpoint: null,
      resource: server.url,
      client_id: data.clientId,
      client_secret: null,
      client_method: 'none',
      access_token: seal(services.keys, data.access_token, { ...place, column: 'access_token' }),
      refresh_token: data.refresh_token
        ? seal(services.keys, data.refresh_token, { ...place, column: 'refresh_token' })
        : null,
      scope,
      expires_at: data.expiresAt ?? null,
      refresh_holder: null,
      refresh_until: null,
      refresh_after: null,
      created_at: timeOf(row, 'created_at') ?? now,
      updated_at: now,
    })
    .execute()
  // Named at the server, so that the secret the file does not hold can be entered for it.
  await remoteTables(db)
    .updateTable('mcp_console.remote_servers')
    .set({ client_id: data.clientId, scope })
    .where('id', '=', server.id)
    .where('client_id', 'is', null)
    .execute()
}

/** Enough of the key to find it by; the whole was a handle to the token there. */
function shown(key: string): string {
  return key.length <= 8 ? key : `${key.slice(0, 8)}…`
}
