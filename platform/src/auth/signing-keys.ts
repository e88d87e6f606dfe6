import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { transact } from '../data/index.ts'
import { by } from './audit-log.ts'
import type { AuthContext, Tx } from './context.ts'
import type { Actor } from './types.ts'

export const ALGORITHM = 'ES256'
const RELOAD_MS = 60_000
/** A stream of made-up key ids must not become a stream of queries. */
const UNKNOWN_RELOAD_MS = 5000

export type SigningKeys = {
  /** The pair that signs; made at first use. */
  active(): Promise<{ kid: string; key: CryptoKey }>
  /** The public half of a pair whose tokens are still accepted. */
  verifier(kid: string): Promise<CryptoKey | undefined>
  /** What others check our tokens with (RFC 7517). */
  jwks(): Promise<{ keys: JWK[] }>
  /** Signs with a new pair from now on. With `revoke`, tokens of the old one are refused at once. */
  rotate(actor: Actor, options?: { revoke?: boolean }): Promise<{ kid: string }>
}

type Loaded = {
  at: number
  active: { kid: string; key: CryptoKey; createdAt: number } | undefined
  verifiers: Map<string, CryptoKey>
  published: JWK[]
}

/** Key pairs for access tokens: derived keys, made by the process, stored encrypted, shared by all. */
export function createSigningKeys(context: AuthContext): SigningKeys {
  let loaded: Loaded | undefined
  context.invalidations.subscribe((event) => {
    if (event.kind === 'signing-keys' || event.kind === 'everything') loaded = undefined
  })
  const current = async (maxAgeMs = RELOAD_MS): Promise<Loaded> => {
    const fresh = loaded !== undefined && context.clock() - loaded.at < maxAgeMs
    if (loaded !== undefined && fresh) return loaded
    loaded = await load(context)
    return loaded
  }
  return {
    async active() {
      const { active } = await current()
      const tooOld =
        active !== undefined && context.clock() - active.createdAt > context.config.signingKeyMs
      if (active !== undefined && !tooOld) return active
      await replace(context, active?.kid, false)
      await context.invalidations.publish({ kind: 'signing-keys' })
      const made = (await current()).active
      if (made === undefined) throw new Error('No key pair to sign access tokens with.')
      return made
    },
    async verifier(kid) {
      const known = (await current()).verifiers.get(kid)
      return known ?? (await current(UNKNOWN_RELOAD_MS)).verifiers.get(kid)
    },
    jwks: async () => ({ keys: (await current()).published }),
    async rotate(actor, { revoke = false } = {}) {
      const { active } = await current(0)
      const kid = await replace(context, active?.kid, revoke, actor)
      await context.invalidations.publish({ kind: 'signing-keys' })
      return { kid }
    },
  }
}

async function load(context: AuthContext): Promise<Loaded> {
  const rows = await context.db
    .selectFrom('minato.jwks')
    .selectAll()
    .where((where) =>
      where.or([
        where('expires_at', 'is', null),
        where('expires_at', '>', new Date(context.clock())),
      ]),
    )
    .execute()
  const loaded: Loaded = {
    at: context.clock(),
    active: undefined,
    verifiers: new Map(),
    published: [],
  }
  for (const row of rows) {
    const jwk: JWK = { ...row.public_key, kid: row.kid, alg: ALGORITHM, use: 'sig' }
    loaded.published.push(jwk)
    loaded.verifiers.set(row.kid, await importKey(jwk))
    if (row.retired_at !== null) continue
    const place = { table: 'minato.jwks', column: 'private_key', row: row.kid }
    const secret: JWK = JSON.parse(context.keys.decrypt(row.private_key, place).toString())
    const key = await importKey(secret)
    loaded.active = { kid: row.kid, key, createdAt: row.created_at.getTime() }
  }
  return loaded
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, ALGORITHM)
  if (key instanceof Uint8Array) throw new Error('A stored signing key is not an EC key.')
  return key
}

/** Retires `oldKid` and adds a new pair. Of two processes doing so at once one wins; both go on with it. */
async function replace(
  context: AuthContext,
  oldKid: string | undefined,
  revoke: boolean,
  actor?: Actor,
): Promise<string> {
  const pair = await generateKeyPair(ALGORITHM, { extractable: true })
  const kid = context.random(12).toString('base64url')
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey))
  const place = { table: 'minato.jwks', column: 'private_key', row: kid }
  const publicJwk = await exportJWK(pair.publicKey)
  await transact(context.db, async (tx) => {
    if (oldKid !== undefined) await retire(context, tx, oldKid, revoke)
    await tx
      .insertInto('minato.jwks')
      .values({
        kid,
        algorithm: ALGORITHM,
        public_key: JSON.stringify(publicJwk),
        private_key: context.keys.encrypt(privateJwk, place),
        created_at: new Date(context.clock()),
        retired_at: null,
        expires_at: null,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
    if (actor === undefined) return
    const entry = { action: 'signing-key.rotate', target: `jwk:${kid}`, metadata: { revoke } }
    await context.audit.record({ ...by(actor), ...entry }, tx)
  })
  return kid
}

async function retire(context: AuthContext, tx: Tx, kid: string, revoke: boolean): Promise<void> {
  const now = context.clock()
  // Published until the last token it signed has expired, and a minute for other processes' caches.
  const expiresAt = revoke ? now : now + context.config.accessTokenMs + 2 * RELOAD_MS
  await tx
    .updateTable('minato.jwks')
    .set({ retired_at: new Date(now), expires_at: new Date(expiresAt) })
    .where('kid', '=', kid)
    .where('retired_at', 'is', null)
    .execute()
}
