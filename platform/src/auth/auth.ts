import type { MinatoError } from '../errors/index.ts'
import {
  type ApiKeyInfo,
  createApiKey,
  listApiKeys,
  type NewApiKey,
  revokeApiKey,
} from './api-keys.ts'
import { authErrors } from './errors.ts'
import type { Invalidation } from './invalidations.ts'
import { invite, listInvitations, revokeInvitation } from './invitations.ts'
import { liveCredentials } from './live-credentials.ts'
import { endSessionsOfSelf } from './own-sessions.ts'
import type { Permissions, PermissionTable } from './permissions.ts'
import { grantTokens, type TokenPair } from './refresh-tokens.ts'
import { authRootRoutes, authRoutes, type RouteDeps, type RouteServer } from './routes/index.ts'
import { listSessions, revokeSession, type SessionInfo } from './sessions.ts'
import type { Setup } from './setup.ts'
import type { SigningKeys } from './signing-keys.ts'
import { sweep } from './sweep.ts'
import type { Role } from './tables.ts'
import {
  type Actor,
  type CredentialHeaders,
  type Principal,
  type RequestMeta,
  SYSTEM_ACTOR,
  type User,
} from './types.ts'
import {
  disableUser,
  enableUser,
  endSessionsOf,
  listUsers,
  resetTwoFactor,
  setPassword,
  setRoles,
  type UserFilter,
} from './user-admin.ts'
import { createUser, findUser, type NewUser, unlockUser } from './users.ts'

type Invited = Awaited<ReturnType<typeof invite>>

/** Accounts as the rest of the system sees them. */
export type Auth = {
  /**
   * Who a request is from; null without credentials. Answers at once when the credential is known.
   * @throws AUTH_KEY_INVALID, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED for a header that is not good
   */
  authenticate(
    headers: CredentialHeaders,
    meta?: { ip: string; userAgent?: string | undefined },
  ): Principal | null | Promise<Principal | null>
  /** Which of these sessions and keys still stand, without counting as activity. */
  live(ids: {
    sessionIds: readonly string[]
    keyIds: readonly string[]
  }): Promise<ReadonlySet<string>>
  /** Tells of everything that what was proven earlier may rest on: a revoked session, changed rights. */
  onChange(listener: (event: Invalidation) => void): void
  unauthenticated(): MinatoError
  stepUpRequired(): MinatoError
  sessionRequired(): MinatoError
  routes(server: RouteServer): void
  rootRoutes(server: RouteServer): void
  /** Call once permissions are declared and the database is migrated. */
  ready(): Promise<void>
  definePermissions(appName: string, table: PermissionTable): void
  hasPermission(principal: Principal | null, permission: string): boolean
  setup: Pick<Setup, 'pending' | 'createToken'>
  users: UserService
  invitations: {
    create(
      input: { email: string; role: Role; locale?: 'ja' | 'en' },
      actor: Actor,
    ): Promise<Invited>
    list: (page?: {
      cursor?: string | undefined
      limit?: number | undefined
    }) => ReturnType<typeof listInvitations>
    revoke(id: string, actor: Actor): Promise<void>
  }
  keys: {
    create(input: NewApiKey, actor?: Actor): ReturnType<typeof createApiKey>
    list(userId: string): Promise<ApiKeyInfo[]>
    /** With `userId` only when the key is theirs. */
    revoke(id: string, userId?: string, actor?: Actor): Promise<boolean>
  }
  sessions: {
    list(userId: string): Promise<SessionInfo[]>
    revoke(id: string, userId: string, actor?: Actor): Promise<boolean>
    revokeAll(userId: string, exceptId?: string): Promise<void>
  }
  tokens: {
    grant(principal: Principal, meta: RequestMeta): Promise<TokenPair>
    jwks: SigningKeys['jwks']
    rotateKeys: SigningKeys['rotate']
  }
  roles: Pick<Permissions, 'matrix' | 'set'>
  /** Removes what has been over for a month. Runs by itself every hour after `ready`. */
  sweep(): Promise<void>
}

export type UserService = {
  create(input: NewUser, actor?: Actor): Promise<User>
  find(idOrEmail: string): Promise<User | null>
  list(filter: UserFilter): Promise<{ items: User[]; nextCursor: string | null }>
  /** The user's sessions end, but for `keepSession` (an administrator's own). */
  setRoles(id: string, roles: readonly Role[], actor: Actor, keepSession?: string): Promise<User>
  disable(id: string, actor: Actor): Promise<User>
  enable(id: string, actor: Actor): Promise<User>
  /** Forgets failed attempts. */
  unlock(id: string, actor: Actor): Promise<void>
  resetTwoFactor(id: string, actor: Actor): Promise<User>
  setPassword(id: string, password: string, actor: Actor): Promise<User>
  revokeSessions(id: string, actor: Actor): Promise<void>
}

type OnClose = (name: string, close: () => void) => void
const SWEEP_MS = 3_600_000

export function buildAuth(deps: RouteDeps, onClose: OnClose): Auth {
  const { context, reader, setup, signingKeys, access } = deps
  const { permissions } = context
  return {
    authenticate: (headers) => reader.authenticate(headers),
    live: (ids) => liveCredentials(context, ids),
    onChange: context.invalidations.subscribe,
    unauthenticated: () => authErrors.AUTH_REQUIRED(),
    stepUpRequired: () => authErrors.AUTH_STEP_UP_REQUIRED(),
    sessionRequired: () => authErrors.AUTH_SESSION_ONLY(),
    routes: (server) => authRoutes(server, deps),
    rootRoutes: (server) => authRootRoutes(server, deps),
    async ready() {
      await permissions.refresh()
      startSweeping(context, onClose)
    },
    definePermissions: permissions.define,
    hasPermission: (principal, permission) => holds(principal, permission),
    setup: { pending: setup.pending, createToken: setup.createToken },
    users: userService(context),
    invitations: {
      create: (input, actor) => invite(context, input, actor),
      list: (page) => listInvitations(context, page),
      revoke: (id, actor) => revokeInvitation(context, id, actor),
    },
    keys: {
      create: (input, actor = SYSTEM_ACTOR) => createApiKey(context, input, actor),
      list: (userId) => listApiKeys(context, userId),
      revoke: (id, userId, actor = SYSTEM_ACTOR) => revokeApiKey(context, id, userId, actor),
    },
    sessions: {
      list: (userId) => listSessions(context, userId),
      revoke: (id, userId, actor) => revokeSession(context, id, userId, 'revoked', actor),
      revokeAll: (userId, exceptId) =>
        endSessionsOfSelf(context, { id: userId, admin: false }, exceptId),
    },
    tokens: {
      grant: (principal, meta) => grantTokens(context, access, principal, meta),
      jwks: signingKeys.jwks,
      rotateKeys: signingKeys.rotate,
    },
    roles: { matrix: permissions.matrix, set: permissions.set },
    sweep: () => sweep(context),
  }
}

function userService(context: RouteDeps['context']): UserService {
  return {
    create: (input, actor = SYSTEM_ACTOR) => createUser(context, input, actor),
    find: async (idOrEmail) => (await findUser(context, idOrEmail)) ?? null,
    list: (filter) => listUsers(context, filter),
    setRoles: (id, roles, actor, keep) => setRoles(context, id, roles, actor, keep),
    disable: (id, actor) => disableUser(context, id, actor),
    enable: (id, actor) => enableUser(context, id, actor),
    unlock: (id, actor) => unlockUser(context, id, actor),
    resetTwoFactor: (id, actor) => resetTwoFactor(context, id, actor),
    setPassword: (id, password, actor) => setPassword(context, id, password, actor),
    revokeSessions: (id, actor) => endSessionsOf(context, id, actor),
  }
}

/** Deny by default: an undeclared permission belongs to nobody. */
function holds(principal: Principal | null, permission: string): boolean {
  if (permission === 'public') return true
  if (principal === null || principal.restriction !== undefined) return false
  return permission === 'signed-in' || principal.permissions.has(permission)
}

function startSweeping(context: RouteDeps['context'], onClose: OnClose): void {
  const timer = setInterval(() => {
    context.inBackground('sweep', sweep(context))
  }, SWEEP_MS)
  timer.unref()
  onClose('auth sweep', () => clearInterval(timer))
}
