import { z } from 'zod'
import { defineConfig, duration, integer, list, type Values, variable } from '../config/index.ts'
import { parseDuration, type SessionLimit } from './session-limits.ts'
import { ROLES, type Role } from './tables.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const roleList = list.refine((names): names is Role[] => names.every(isRole), {
  message: `must be roles out of ${ROLES.join(', ')}`,
})

function isRole(name: string): name is Role {
  return ROLES.some((role) => role === name)
}

/** `role:admin=15m/8h,app:operations=10m/8h` → limits; the second part may be left out. */
const limits = list.transform((items, context): SessionLimit[] => {
  const parsed: SessionLimit[] = []
  for (const item of items) {
    const match = /^(role|app):([a-z][a-z0-9-]*)=(\w+)(?:\/(\w+))?$/.exec(item)
    const idleMs = parseDuration(match?.[3])
    const absoluteMs = match?.[4] === undefined ? undefined : parseDuration(match[4])
    const bad = idleMs === undefined || (match?.[4] !== undefined && absoluteMs === undefined)
    if (match === null || bad) {
      context.addIssue({ code: 'custom', message: 'must be like role:admin=15m/8h,app:shop=10m' })
      return z.NEVER
    }
    const kind = match[1] === 'role' ? 'role' : 'app'
    parsed.push({ kind, name: match[2] ?? '', idleMs, ...(absoluteMs ? { absoluteMs } : {}) })
  }
  return parsed
})

/** Accounts, sessions, tokens. */
export const authConfig = defineConfig({
  sessionIdleMs: variable('AUTH_SESSION_IDLE', duration.default(30 * MINUTE), {
    describe: 'a session ends after this long without a request',
    example: '30m',
  }),
  sessionAbsoluteMs: variable('AUTH_SESSION_ABSOLUTE', duration.default(12 * HOUR), {
    describe: 'a session ends this long after signing in, whatever happens',
    example: '12h',
  }),
  sessionLimits: variable('AUTH_SESSION_LIMITS', limits.default([]), {
    describe: 'stricter limits (idle/absolute) for people with a role or who may use an app',
    example: 'role:admin=15m/8h,app:operations=10m',
  }),
  twoFactorRoles: variable('AUTH_TWO_FACTOR_ROLES', roleList.default([]), {
    describe: 'roles that must use two-factor; administrators always must in production',
    example: 'operator,admin',
  }),
  accessTokenMs: variable('AUTH_ACCESS_TOKEN_LIFETIME', duration.default(15 * MINUTE), {
    describe: 'how long an access token (JWT) is valid',
    example: '15m',
  }),
  apiKeyMs: variable('AUTH_API_KEY_LIFETIME', duration.default(90 * DAY), {
    describe: 'how long an API key is valid when no expiry is asked for',
    example: '90d',
  }),
  signingKeyMs: variable('AUTH_SIGNING_KEY_LIFETIME', duration.default(90 * DAY), {
    describe: 'age at which the key pair that signs access tokens is replaced',
    example: '90d',
  }),
  accountAttempts: variable('AUTH_ACCOUNT_ATTEMPTS', integer(3, 100).default(5), {
    describe: 'failed sign-ins of one account before it is locked for a while',
  }),
  addressAttempts: variable('AUTH_ADDRESS_ATTEMPTS', integer(5, 100_000).default(50), {
    describe: 'failed sign-ins from one address before it is locked for a while',
  }),
})

export type AuthConfig = Values<(typeof authConfig)['variables']>
