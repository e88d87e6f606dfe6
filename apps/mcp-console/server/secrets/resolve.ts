import type { ConsoleServices } from '../config.ts'
import { bitwardenVault } from './bitwarden-vault.ts'
import { builtInVault } from './built-in-vault.ts'
import { secretsErrors } from './errors.ts'
import { assertReferences, type Reference, referencesIn, replaceReferences } from './reference.ts'
import { Resolved } from './resolved.ts'
import { fieldOf, type VaultItem, type VaultOwner, type VaultProvider } from './vault-item.ts'

/** Calls to a vault at once: each may be a process of its own. */
const PARALLEL = 2

/**
 * Fills every reference of a value in, at any depth, with one vault call an item. Nothing is created before all
 * are there: a missing item or field aborts with an error that names both, never a value.
 *
 * @throws {MinatoError} MCP_CONSOLE_REFERENCE_INVALID, _SECRET_ITEM_MISSING, _SECRET_FIELD_MISSING
 */
export async function resolveReferences<T>(
  services: ConsoleServices,
  who: VaultOwner,
  value: T,
  signal: AbortSignal = new AbortController().signal,
): Promise<Resolved<T>> {
  assertReferences(value)
  const references = referencesIn(value)
  const items = await findItems(services, who, references, signal)
  const secrets = new Set<string>()
  const content = replaceReferences(value, (reference) => {
    const secret = secretOf(items, reference)
    secrets.add(secret)
    return secret
  })
  // Only texts were replaced by texts: the shape is that of `value`.
  return new Resolved(content as T, secrets)
}

export type PreflightResult = Reference & { found: 'found' | 'no_item' | 'no_field' }

/** Which references of a value can be filled in, without their values. */
export async function preflight(
  services: ConsoleServices,
  who: VaultOwner,
  value: unknown,
  signal: AbortSignal = new AbortController().signal,
): Promise<PreflightResult[]> {
  assertReferences(value)
  const references = unique(referencesIn(value))
  const items = await findItems(services, who, references, signal)
  return references.map(({ item, field }) => {
    const known = items.get(item)
    if (known === undefined) return { item, field, found: 'no_item' }
    return { item, field, found: fieldOf(known, field) === undefined ? 'no_field' : 'found' }
  })
}

function unique(references: readonly Reference[]): Reference[] {
  return [...new Map(references.map((one) => [`${one.item}:${one.field}`, one])).values()]
}

function secretOf(items: Map<string, VaultItem>, { item, field }: Reference): string {
  const known = items.get(item)
  if (known === undefined) {
    const hint = 'Check its name in the vault; when it is in Bitwarden, open that vault first.'
    throw secretsErrors.MCP_CONSOLE_SECRET_ITEM_MISSING({ item, field, hint })
  }
  const value = fieldOf(known, field)
  if (value === undefined) throw secretsErrors.MCP_CONSOLE_SECRET_FIELD_MISSING({ item, field })
  return value
}

async function findItems(
  services: ConsoleServices,
  who: VaultOwner,
  references: readonly Reference[],
  signal: AbortSignal,
): Promise<Map<string, VaultItem>> {
  const found = new Map<string, VaultItem>()
  if (references.length === 0) return found
  const bitwarden = await bitwardenVault(services, who)
  const providers = [builtInVault(services, who.userId), ...(bitwarden ? [bitwarden] : [])]
  const queue = [...new Map(references.map((one) => [one.item, one])).values()]
  // When one fails the others' programs are ended too, before the error goes on.
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const work = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      either.throwIfAborted()
      const item = await findItem(providers, next, either)
      if (item !== undefined) found.set(next.item, item)
    }
  }
  const workers = Array.from({ length: PARALLEL }, () =>
    work().catch((error: unknown) => {
      failed.abort(error)
      throw error
    }),
  )
  const ended = await Promise.allSettled(workers)
  signal.throwIfAborted()
  const first = ended.find((one) => one.status === 'rejected')
  if (first !== undefined) throw failed.signal.reason
  return found
}

/** The first vault that has it: the built-in one is asked first, because it costs no process. */
async function findItem(
  providers: readonly VaultProvider[],
  wanted: Reference,
  signal: AbortSignal,
): Promise<VaultItem | undefined> {
  for (const provider of providers) {
    const item = await provider.find(wanted, signal)
    if (item !== undefined) return item
  }
  return undefined
}
