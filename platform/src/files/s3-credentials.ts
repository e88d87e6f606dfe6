import type { Secret } from '../log/index.ts'
import { type RoleOptions, roleCredentials } from './role-credentials.ts'

/** Those of the role that the machine has, or the pair of keys that is configured, as the SDK wants them. */
export function s3Credentials(
  configured: {
    role: boolean
    accessKeyId?: Secret | undefined
    secretAccessKey?: Secret | undefined
  },
  roleOptions: RoleOptions,
) {
  if (configured.role) return roleCredentials(roleOptions)
  return {
    accessKeyId: configured.accessKeyId?.reveal() ?? '',
    secretAccessKey: configured.secretAccessKey?.reveal() ?? '',
  }
}
