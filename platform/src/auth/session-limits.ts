import type { Role } from './tables.ts'

/** A stricter limit for the holders of a role, or for those who may use an app. */
export type SessionLimit = {
  kind: 'role' | 'app'
  name: string
  idleMs: number
  absoluteMs?: number
}

export type SessionLifetimes = { idleMs: number; absoluteMs: number }

const UNIT_MS: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `30m`, `12h`, `90d` → milliseconds; undefined for anything else. */
export function parseDuration(text: string | undefined): number | undefined {
  const match = /^(\d{1,6})([smhd])$/.exec(text ?? '')
  const unit = UNIT_MS[match?.[2] ?? '']
  const value = Number(match?.[1]) * (unit ?? Number.NaN)
  return value > 0 ? value : undefined
}

/**
 * The strictest limits that apply to somebody with these roles and permissions. An app's limit holds for
 * everybody who may do anything in it: their session can reach it, wherever they were last.
 */
export function lifetimesFor(
  base: SessionLifetimes,
  limits: readonly SessionLimit[],
  roles: readonly Role[],
  permissions: ReadonlySet<string>,
): SessionLifetimes {
  let { idleMs, absoluteMs } = base
  for (const limit of limits) {
    const applies =
      limit.kind === 'role'
        ? roles.some((role) => role === limit.name)
        : [...permissions].some((permission) => permission.startsWith(`${limit.name}.`))
    if (!applies) continue
    idleMs = Math.min(idleMs, limit.idleMs)
    absoluteMs = Math.min(absoluteMs, limit.absoluteMs ?? absoluteMs)
  }
  return { idleMs, absoluteMs }
}
