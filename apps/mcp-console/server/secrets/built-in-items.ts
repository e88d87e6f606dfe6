import { randomUUID } from 'node:crypto'
import { commonErrors } from '@minato/platform/errors'
import type { ConsoleServices } from '../config.ts'
import { openSecret, sealSecret } from './built-in-vault.ts'
import { secretsErrors } from './errors.ts'
import type { SecretsTables } from './tables.ts'

/** What may be seen of an item: everything but its values. */
export type ItemView = {
  id: string
  name: string
  fields: string[]
  createdAt: string
  updatedAt: string
}

/** Values by field; null removes one. */
export type FieldChanges = Record<string, string | null>

const TABLE = 'mcp_console.vault_items'
const SHOWN = ['id', 'name', 'fields', 'created_at', 'updated_at'] as const
const UNIQUE_VIOLATION = '23505'
/** A larger item is no item: it is read and written as a whole. */
export const MAX_FIELDS = 50

export async function listItems(services: ConsoleServices, ownerId: string): Promise<ItemView[]> {
  const rows = await tables(services)
    .selectFrom(TABLE)
    .select(SHOWN)
    .where('owner_id', '=', ownerId)
    .orderBy('name')
    .limit(1000)
    .execute()
  return rows.map(toView)
}

/** @throws {MinatoError} MCP_CONSOLE_VAULT_ITEM_TAKEN */
export async function createItem(
  services: ConsoleServices,
  ownerId: string,
  { name, fields }: { name: string; fields: Record<string, string> },
): Promise<ItemView> {
  const id = randomUUID()
  const now = new Date(services.clock())
  const row = await named(name, () =>
    tables(services)
      .insertInto(TABLE)
      .values({
        ...{ id, name, owner_id: ownerId, created_at: now, updated_at: now },
        fields: Object.keys(fields),
        secret: sealSecret(services.keys, id, new Map(Object.entries(fields))),
      })
      .returning(SHOWN)
      .executeTakeFirstOrThrow(),
  )
  return toView(row)
}

/** Changes, adds and removes values; what is not named stays. */
export async function updateItem(
  services: ConsoleServices,
  ownerId: string,
  id: string,
  change: { name?: string | undefined; fields?: FieldChanges | undefined },
): Promise<ItemView> {
  const row = await named(change.name ?? '', () =>
    tables(services)
      .transaction()
      .execute(async (tx) => {
        const found = await tx
          .selectFrom(TABLE)
          .select(['secret', 'name'])
          .where('id', '=', id)
          .where('owner_id', '=', ownerId)
          .forUpdate()
          .executeTakeFirst()
        if (found === undefined) throw commonErrors.NOT_FOUND()
        const values = openSecret(services.keys, id, found.secret)
        for (const [field, value] of Object.entries(change.fields ?? {})) {
          if (value === null) values.delete(field)
          else values.set(field, value)
        }
        if (values.size > MAX_FIELDS) throw tooMany()
        return await tx
          .updateTable(TABLE)
          .set({
            name: change.name ?? found.name,
            fields: [...values.keys()],
            secret: sealSecret(services.keys, id, values),
            updated_at: new Date(services.clock()),
          })
          .where('id', '=', id)
          .returning(SHOWN)
          .executeTakeFirstOrThrow()
      }),
  )
  return toView(row)
}

function tooMany() {
  const message = `must have at most ${MAX_FIELDS} fields`
  const errors = [{ path: 'fields', code: 'too_many', message }]
  return commonErrors.VALIDATION_FAILED({}, { errors })
}

/** @returns the name of what was removed */
export async function deleteItem(
  services: ConsoleServices,
  ownerId: string,
  id: string,
): Promise<string> {
  const row = await tables(services)
    .deleteFrom(TABLE)
    .where('id', '=', id)
    .where('owner_id', '=', ownerId)
    .returning('name')
    .executeTakeFirst()
  if (row === undefined) throw commonErrors.NOT_FOUND()
  return row.name
}

function tables(services: ConsoleServices) {
  return services.db.withTables<SecretsTables>()
}

/** The name is unique in the database: of two at once one wins. */
async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === UNIQUE_VIOLATION) throw secretsErrors.MCP_CONSOLE_VAULT_ITEM_TAKEN({ name })
    throw error
  }
}

type Row = { id: string; name: string; fields: string[]; created_at: Date; updated_at: Date }

function toView({ id, name, fields, created_at, updated_at }: Row): ItemView {
  return {
    ...{ id, name, fields },
    createdAt: created_at.toISOString(),
    updatedAt: updated_at.toISOString(),
  }
}
