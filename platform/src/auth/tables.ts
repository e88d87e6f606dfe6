import type { Generated, JSONColumnType } from 'kysely'

export type Role = 'user' | 'operator' | 'admin'
export const ROLES: readonly Role[] = ['user', 'operator', 'admin']
export type Locale = 'ja' | 'en'

type Verification = {
  id: Generated<string>
  purpose: 'setup' | 'verify-email' | 'reset-password'
  user_id: string | null
  token_hash: string
  created_at: Date
  expires_at: Date | null
  used_at: Date | null
}

type Invitation = {
  id: Generated<string>
  email: string
  email_key: string
  role: Role
  locale: Locale
  token_hash: string
  invited_by: string | null
  created_at: Date
  expires_at: Date
  accepted_at: Date | null
  accepted_by: string | null
  revoked_at: Date | null
}

type Session = {
  id: Generated<string>
  user_id: string
  token_hash: string
  created_at: Date
  last_active_at: Date
  idle_timeout_ms: number
  expires_at: Date
  rotated_at: Date | null
  stepped_up_until: Date | null
  ip: string | null
  user_agent: string | null
  revoked_at: Date | null
  revoke_reason: string | null
}

/** The tables of this concern, as migrations 20261122001xxx make them. */
export type AuthTables = {
  'minato.users': {
    id: Generated<string>
    email: string
    email_key: string
    name: string
    roles: Role[]
    locale: Locale
    time_zone: string
    status: 'active' | 'disabled'
    email_verified_at: Date | null
    last_sign_in_at: Date | null
    created_at: Date
    updated_at: Date
  }
  'minato.accounts': {
    user_id: string
    provider: 'password'
    password_hash: string
    changed_at: Date
  }
  'minato.two_factors': {
    user_id: string
    secret: string
    confirmed_at: Date | null
    last_used_step: number | null
    created_at: Date
  }
  'minato.recovery_codes': { user_id: string; code_hash: string; used_at: Date | null }
  'minato.sign_in_challenges': {
    id: Generated<string>
    user_id: string
    token_hash: string
    attempts: Generated<number>
    created_at: Date
    expires_at: Date
    consumed_at: Date | null
  }
  'minato.verifications': Verification
  'minato.invitations': Invitation
  'minato.auth_attempts': {
    key: string
    failures: number
    allowed: boolean
    locked_until: Date | null
    updated_at: Date
  }
  'minato.sessions': Session
  'minato.api_keys': {
    id: Generated<string>
    user_id: string
    name: string
    prefix: string
    key_hash: string
    scopes: string[] | null
    created_at: Date
    expires_at: Date
    last_used_at: Date | null
    revoked_at: Date | null
  }
  'minato.token_families': {
    id: Generated<string>
    user_id: string
    session_id: string | null
    key_id: string | null
    created_at: Date
    expires_at: Date
    revoked_at: Date | null
    revoke_reason: string | null
  }
  'minato.refresh_tokens': {
    token_hash: string
    family_id: string
    created_at: Date
    used_at: Date | null
  }
  'minato.jwks': {
    kid: string
    algorithm: 'ES256'
    public_key: JSONColumnType<Record<string, unknown>>
    private_key: string
    created_at: Date
    retired_at: Date | null
    expires_at: Date | null
  }
  'minato.role_permissions': {
    role: 'user' | 'operator'
    permission: string
    granted: boolean
    updated_at: Date
    updated_by: string
  }
  'minato.audit_log': {
    id: Generated<number>
    at: Date
    actor_id: string | null
    actor_email: string | null
    action: string
    target: string | null
    ip: string | null
    request_id: string | null
    metadata: JSONColumnType<Record<string, unknown>> | null
  }
}
