import { z } from 'zod'
import type { AuthContext } from '../context.ts'
import type { User } from '../types.ts'
import { localeField, roleField } from './route-server.ts'

export const userAnswer = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  roles: z.array(roleField),
  permissions: z.array(z.string()),
  locale: localeField,
  timeZone: z.string(),
  twoFactorEnabled: z.boolean(),
  twoFactorRequired: z.boolean(),
  emailVerified: z.boolean(),
})

/** The signed-in person as the browser sees them. */
export async function answerOf(
  context: AuthContext,
  user: User,
): Promise<z.infer<typeof userAnswer>> {
  await context.permissions.refresh()
  const { id, email, name, roles, locale, timeZone, twoFactorEnabled, emailVerified } = user
  const required = context.twoFactorRequired(roles)
  const open = !required || twoFactorEnabled
  return {
    id,
    email,
    name,
    roles,
    // Empty until two-factor is set up where it must be: menus then show what the server would allow.
    permissions: open ? [...context.permissions.forRoles(roles)] : [],
    locale,
    timeZone,
    twoFactorEnabled,
    twoFactorRequired: required,
    emailVerified,
  }
}
