import type { Bilingual } from '../config/index.ts'
import { type AuditLog, by } from './audit-log.ts'
import { authErrors } from './errors.ts'
import type { Invalidations } from './invalidations.ts'
import { ROLES, type Role } from './tables.ts'
import type { Actor, AuthDatabase } from './types.ts'

/** One permission of an app: what it is called, and which roles have it unless operators change that. */
export type PermissionDeclaration = { title: Bilingual; roles: readonly Role[] }
/**
 * Permission name (`<app>.<verb>`) → declaration. Administrators have every declared one, except
 * those that no role has at first (looking into other people's things): these are given to a role
 * by hand, and an administrator who wants one takes that role too.
 */
export type PermissionTable = Record<string, PermissionDeclaration>

export const PLATFORM_PERMISSIONS: PermissionTable = {
  'users.view': {
    title: { en: 'See users', ja: '利用者を見る' },
    roles: ['operator', 'admin'],
  },
  'users.manage': {
    title: { en: 'Change users', ja: '利用者を変更する' },
    roles: ['operator', 'admin'],
  },
  'users.invite': {
    title: { en: 'Invite people', ja: '利用者を招待する' },
    roles: ['operator', 'admin'],
  },
  'audit.view': {
    title: { en: 'Read the audit log', ja: '監査ログを見る' },
    roles: ['operator', 'admin'],
  },
  'jobs.view': {
    title: { en: "See everyone's jobs", ja: '全員のジョブを見る' },
    roles: ['operator', 'admin'],
  },
  'jobs.manage': {
    title: { en: "Cancel and retry everyone's jobs", ja: '全員のジョブを取り消し・再試行する' },
    roles: ['operator', 'admin'],
  },
  'roles.manage': {
    title: { en: 'Change what roles may do', ja: 'ロールの権限を変更する' },
    roles: ['admin'],
  },
}

export type PermissionRow = {
  name: string
  app: string
  title: Bilingual
  defaults: Record<Role, boolean>
  effective: Record<Role, boolean>
}

export type Permissions = {
  define(app: string, table: PermissionTable): void
  /** Everything these roles may do. Call `refresh` before. The same roles give the same set object. */
  forRoles(roles: readonly Role[]): ReadonlySet<string>
  /** Reads operators' changes again when what is known is older than a few seconds. */
  refresh(tx?: AuthDatabase): Promise<void>
  isDeclared(permission: string): boolean
  matrix(): Promise<{ roles: readonly Role[]; permissions: PermissionRow[] }>
  /** Grants or refuses; null goes back to the app's default. */
  set(role: Role, permission: string, granted: boolean | null, actor: Actor): Promise<void>
}

type Deps = {
  db: AuthDatabase
  clock: () => number
  audit: AuditLog
  invalidations: Invalidations
}
type State = {
  declared: Map<string, PermissionDeclaration & { app: string }>
  overrides: Map<string, boolean>
  sets: Map<string, ReadonlySet<string>>
  loadedAt: number
}

const FRESH_MS = 5000

export function createPermissions(deps: Deps): Permissions {
  const state: State = {
    declared: new Map(),
    overrides: new Map(),
    sets: new Map(),
    loadedAt: Number.NEGATIVE_INFINITY,
  }
  deps.invalidations.subscribe((event) => {
    if (event.kind === 'permissions') state.loadedAt = Number.NEGATIVE_INFINITY
  })
  const refresh = (tx?: AuthDatabase): Promise<void> => load(state, deps, tx)
  define(state, 'platform', PLATFORM_PERMISSIONS)
  return {
    define: (app, table) => define(state, app, table),
    forRoles: (roles) => forRoles(state, roles),
    refresh,
    isDeclared: (permission) => state.declared.has(permission),
    async matrix() {
      await refresh()
      return { roles: ROLES, permissions: rows(state) }
    },
    set: (role, permission, granted, actor) => set(state, deps, role, permission, granted, actor),
  }
}

function define(state: State, app: string, table: PermissionTable): void {
  for (const [name, declaration] of Object.entries(table)) {
    if (state.declared.has(name) && state.declared.get(name)?.app !== app) {
      throw new Error(`Permission "${name}" of ${app} is declared by another app already.`)
    }
    state.declared.set(name, { ...declaration, app })
  }
  state.sets.clear()
}

async function load(state: State, deps: Deps, tx = deps.db): Promise<void> {
  if (deps.clock() - state.loadedAt < FRESH_MS && deps.invalidations.live()) return
  const found = await tx
    .selectFrom('minato.role_permissions')
    .select(['role', 'permission', 'granted'])
    .execute()
  const overrides = new Map(found.map((row) => [`${row.role} ${row.permission}`, row.granted]))
  const changed =
    overrides.size !== state.overrides.size ||
    [...overrides].some(([key, granted]) => state.overrides.get(key) !== granted)
  if (changed) {
    state.overrides = overrides
    state.sets.clear()
  }
  state.loadedAt = deps.clock()
}

function isGranted(state: State, role: Role, name: string): boolean {
  const roles = state.declared.get(name)?.roles ?? []
  if (role === 'admin' && roles.length > 0) return true
  return state.overrides.get(`${role} ${name}`) ?? roles.includes(role)
}

function forRoles(state: State, roles: readonly Role[]): ReadonlySet<string> {
  const key = roles.join(' ')
  const known = state.sets.get(key)
  if (known !== undefined) return known
  const names = [...state.declared.keys()]
  const granted = new Set(names.filter((name) => roles.some((r) => isGranted(state, r, name))))
  state.sets.set(key, granted)
  return granted
}

function rows(state: State): PermissionRow[] {
  return [...state.declared].map(([name, { app, title, roles }]) => ({
    name,
    app,
    title,
    defaults: byRole((role) => (role === 'admin' ? roles.length > 0 : roles.includes(role))),
    effective: byRole((role) => isGranted(state, role, name)),
  }))
}

function byRole(decide: (role: Role) => boolean): Record<Role, boolean> {
  return { user: decide('user'), operator: decide('operator'), admin: decide('admin') }
}

async function set(
  state: State,
  deps: Deps,
  role: Role,
  permission: string,
  granted: boolean | null,
  actor: Actor,
): Promise<void> {
  if (!state.declared.has(permission)) throw authErrors.AUTH_PERMISSION_UNKNOWN({ permission })
  if (role === 'admin' || !actor.admin) throw authErrors.AUTH_ADMIN_ONLY()
  const now = new Date(deps.clock())
  await deps.db.transaction().execute(async (tx) => {
    if (granted === null) {
      await tx
        .deleteFrom('minato.role_permissions')
        .where('role', '=', role)
        .where('permission', '=', permission)
        .execute()
    } else {
      const values = { granted, updated_at: now, updated_by: actor.id }
      await tx
        .insertInto('minato.role_permissions')
        .values({ role, permission, ...values })
        .onConflict((conflict) => conflict.columns(['role', 'permission']).doUpdateSet(values))
        .execute()
    }
    const metadata = { permission, granted }
    await deps.audit.record(
      { ...by(actor), action: 'role.set', target: `role:${role}`, metadata },
      tx,
    )
  })
  await deps.invalidations.publish({ kind: 'permissions' })
}
