import type { Services } from '@minato/platform/app'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** E-mail addresses of user ids, for reports that know people by id only. */
export async function emailsOf(
  { auth }: Services,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const users = [...new Set(ids)].filter((id) => UUID.test(id))
  const found = await Promise.all(users.map((id) => auth.users.find(id)))
  return new Map(found.flatMap((user) => (user === null ? [] : [[user.id, user.email] as const])))
}
