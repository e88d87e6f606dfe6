import type { Services } from '@minato/platform/app'
import { z } from 'zod'
import type { SecretsTables } from './tables.ts'
import type { VaultItem, VaultProvider } from './vault-item.ts'

type VaultServices = Pick<Services, 'db' | 'keys'>

/** What is encrypted of an item: all of its values. */
export const secretShape = z.object({
  username: z.string().optional(),
  password: z.string().optional(),
  totp: z.string().optional(),
  notes: z.string().optional(),
  custom: z.record(z.string(), z.string()).default({}),
})
export type SecretShape = z.infer<typeof secretShape>

/** Binds a ciphertext to its item: copied to another row it cannot be read. */
export function placeOf(id: string) {
  return { table: 'mcp_console.vault_items', column: 'secret', row: id }
}

/** The items of one person, looked up by exact name or id. */
export function builtInVault(services: VaultServices, userId: string): VaultProvider {
  const db = services.db.withTables<SecretsTables>()
  return {
    name: 'built-in',
    async find(item) {
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
      return row === undefined ? undefined : open(services, row)
    },
  }
}

function open(
  services: VaultServices,
  row: { id: string; name: string; secret: string },
): VaultItem {
  const plain = services.keys.decrypt(row.secret, placeOf(row.id)).toString('utf8')
  const { custom, ...own } = secretShape.parse(JSON.parse(plain))
  return { id: row.id, name: row.name, ...own, custom: new Map(Object.entries(custom)) }
}
