export type { ApiKeyInfo } from './api-keys.ts'
export {
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRow,
  createAuditLog,
} from './audit-log.ts'
export type { Auth, UserService } from './auth.ts'
export { authConfig } from './config.ts'
export type { MailSender } from './context.ts'
export { type AuthDeps, createAuth } from './create-auth.ts'
export { authErrors } from './errors.ts'
export { authOperations } from './operations.ts'
export {
  type PermissionDeclaration,
  type PermissionRow,
  type PermissionTable,
  PLATFORM_PERMISSIONS,
} from './permissions.ts'
export type { SessionInfo } from './sessions.ts'
export { type Locale, ROLES, type Role } from './tables.ts'
export {
  type Actor,
  actorOf,
  CLI_ACTOR,
  type CredentialHeaders,
  type Principal,
  type RequestMeta,
  SYSTEM_ACTOR,
  type User,
} from './types.ts'
export type { UserFilter } from './user-admin.ts'
