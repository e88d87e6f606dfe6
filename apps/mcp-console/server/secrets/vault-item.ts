import type { Reference } from './reference.ts'

/** An item of any vault, as the console needs it. Field names are no secret; everything else here is. */
export type VaultItem = {
  id: string
  name: string
  username?: string | undefined
  password?: string | undefined
  totp?: string | undefined
  notes?: string | undefined
  custom: ReadonlyMap<string, string>
}

/** The fields that come from the login and the notes; a custom field of such a name is never meant. */
export const OWN_FIELDS = ['username', 'password', 'totp', 'notes'] as const
type OwnField = (typeof OWN_FIELDS)[number]

export function isOwnField(name: string): name is OwnField {
  return (OWN_FIELDS as readonly string[]).includes(name)
}

/** The value a reference to this field means; undefined when the item has no such field or it is empty. */
export function fieldOf(item: VaultItem, field: string): string | undefined {
  const value = isOwnField(field) ? item[field] : item.custom.get(field)
  return value === '' ? undefined : value
}

/** Who looks: the person, and the row id of the sign-in session under which a vault was opened. */
export type VaultOwner = { userId: string; sessionId: string }

/** One place that items are looked up in. */
export type VaultProvider = {
  name: 'built-in' | 'bitwarden'
  /** The item of exactly this name or id; undefined when there is none. The field is for the error only. */
  find(wanted: Reference, signal: AbortSignal): Promise<VaultItem | undefined>
}
