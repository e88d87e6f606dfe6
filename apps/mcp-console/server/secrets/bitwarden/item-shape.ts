import { z } from 'zod'
import type { VaultItem } from '../vault-item.ts'
import { BwFailure } from './failure.ts'

const text = z.string().nullish()

/** An item as the program prints it; what is not used is left out. */
const itemShape = z.object({
  id: z.string(),
  name: z.string(),
  notes: text,
  login: z.object({ username: text, password: text, totp: text }).nullish(),
  fields: z.array(z.object({ name: text, value: text })).nullish(),
})

/** @throws {BwFailure} answer_unreadable: never with what was read */
export function readItem(stdout: string): VaultItem {
  return toItem(parse(itemShape, stdout))
}

/** @throws {BwFailure} answer_unreadable: never with what was read */
export function readItems(stdout: string): VaultItem[] {
  return parse(z.array(itemShape), stdout).map(toItem)
}

function parse<T>(shape: z.ZodType<T>, stdout: string): T {
  try {
    return shape.parse(JSON.parse(stdout))
  } catch {
    // The error of either parser quotes its input.
    throw new BwFailure('answer_unreadable')
  }
}

function toItem({ id, name, notes, login, fields }: z.infer<typeof itemShape>): VaultItem {
  const custom = new Map<string, string>()
  for (const field of fields ?? []) {
    // Of two fields of one name the first counts, as it stands first on the person's screen.
    if (field.name && field.value && !custom.has(field.name)) custom.set(field.name, field.value)
  }
  return {
    ...{ id, name, custom },
    notes: notes ?? undefined,
    username: login?.username ?? undefined,
    password: login?.password ?? undefined,
    totp: login?.totp ?? undefined,
  }
}
