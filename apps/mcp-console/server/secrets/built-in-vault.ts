import type { Services } from '@minato/platform/app'
import type { KeyRing } from '@minato/platform/keys'
import { z } from 'zod'
import type { SecretsTables } from './tables.ts'
import { isOwnField, type VaultItem, type VaultProvider } from './vault-item.ts'

/** Name and value of each field, in order. Pairs, because a field may be called `__proto__`. */
const valuesShape = z.array(z.tuple([z.string(), z.string()]))

/** Binds a ciphertext to its item: copied to another row it cannot be read. */
function placeOf(id: string) {
  return { table: 'mcp_console.vault_items', column: 'secret', row: id }
}

/** All values of an item as one ciphertext: how many there are, and how long each is, is not to be seen. */
export function sealSecret(
  keys: Pick<KeyRing, 'encrypt'>,
  id: string,
  values: ReadonlyMap<string, string>,
): string {
  return keys.encrypt(JSON.stringify([...values]), placeOf(id))
}

/** @throws {KeyError} when the ciphertext was altered, moved, or its key is gone */
export function openSecret(
  keys: Pick<KeyRing, 'decrypt'>,
  id: string,
  secret: string,
): Map<string, string> {
  const plain = keys.decrypt(secret, placeOf(id)).toString('utf8')
  return new Map(valuesShape.parse(JSON.parse(plain)))
}

/** The items of one person, looked up by exact name or id. */
export function builtInVault(
  services: Pick<Services, 'db' | 'keys'>,
  userId: string,
): VaultProvider {
  const db = services.db.withTables<SecretsTables>()
  return {
    name: 'built-in',
    async find({ item }) {
      const row = await db
        .selectFrom('mcp_console.vault_items')
        .select(['id', 'name', 'secret'])
        .where('owner_id', '=', userId)
        .where((eb) =>
          z.uuid().safeParse(item).success
            ? eb.or([eb('name', '=', item), eb('id', '=', item)])
            : eb('name', '=', item),
        )
        .executeTakeFirst()
      if (row === undefined) return undefined
      return toItem(row.id, row.name, openSecret(services.keys, row.id, row.secret))
    },
  }
}

function toItem(id: string, name: string, values: Map<string, string>): VaultItem {
  return {
    ...{ id, name },
    username: values.get('username'),
    password: values.get('password'),
    totp: values.get('totp'),
    notes: values.get('notes'),
    custom: new Map([...values].filter(([field]) => !isOwnField(field))),
  }
}
