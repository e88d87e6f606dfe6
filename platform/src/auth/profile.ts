import type { AuthContext } from './context.ts'
import type { Locale } from './tables.ts'
import type { User } from './types.ts'
import { userOrUnknown } from './users.ts'

export type ProfileChange = {
  name?: string | undefined
  locale?: Locale | undefined
  timeZone?: string | undefined
}

/** Changes what a person may say of themselves. */
export async function updateProfile(
  context: AuthContext,
  userId: string,
  change: ProfileChange,
): Promise<User> {
  const { name, locale, timeZone } = change
  await context.db
    .updateTable('minato.users')
    .set({
      updated_at: new Date(context.clock()),
      ...(name === undefined ? {} : { name }),
      ...(locale === undefined ? {} : { locale }),
      ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    })
    .where('id', '=', userId)
    .execute()
  await context.invalidations.publish({ kind: 'user', id: userId })
  return await userOrUnknown(context, userId)
}
