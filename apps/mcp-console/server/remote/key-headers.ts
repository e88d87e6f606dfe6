import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { openVaultOwner, resolveReferences } from '../secrets/index.ts'
import { parseReference } from '../secrets/reference.ts'
import type { RemoteServer } from './store.ts'

/** What the protocol, the connection or somebody between says; none of them carries a key. */
const RESERVED =
  /^(accept(-.*)?|connection|content-.*|cookie|expect|host|keep-alive|last-event-id|mcp-.*|origin|proxy-.*|referer|sec-.*|te|trailer|transfer-encoding|upgrade|via|x-forwarded-.*)$/

/** RFC 9110, 5.1 */
const headerName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { message: 'must be the name of a header' })
  .transform((name) => name.toLowerCase())
  .refine((name) => !RESERVED.test(name), { message: 'is a header that cannot be set' })

/** A header whose value is kept in a vault: `authorization: Bearer` + `{{ bw:search:key }}`. */
const keyHeader = z.strictObject({
  name: headerName,
  /** Stands before the value, such as Bearer. */
  scheme: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9._~+-]{0,30}$/)
    .nullable()
    .default(null),
  value: z.string().refine((text) => parseReference(text) !== undefined, {
    message: 'must be a reference: put the key into the vault and write {{ bw:item:field }}',
  }),
})

export const keyHeaders = z
  .array(keyHeader)
  .max(5)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, {
    message: 'each header once',
  })

export type KeyHeader = z.infer<typeof keyHeader>

export type FilledHeaders = Disposable & { readonly values: Readonly<Record<string, string>> }

/**
 * The headers of a server with the values of its owner's vault: of the built-in one at any time, of Bitwarden while the
 * owner has it open. As long as they are held, the values are masked in whatever is logged or answered.
 *
 * @throws {MinatoError} MCP_CONSOLE_SECRET_ITEM_MISSING, _SECRET_FIELD_MISSING, MCP_CONSOLE_VAULT_*
 */
export async function fillHeaders(
  services: ConsoleServices,
  server: RemoteServer,
): Promise<FilledHeaders> {
  const headers = keyHeaders.parse(server.headers)
  if (headers.length === 0) return { values: {}, [Symbol.dispose]: () => undefined }
  const who = await openVaultOwner(services, server.owner_id)
  const resolved = await resolveReferences(services, who, headers)
  const values = resolved
    .reveal()
    .map(({ name, scheme, value }) => [name, scheme === null ? value : `${scheme} ${value}`])
  return { values: Object.fromEntries(values), [Symbol.dispose]: () => resolved[Symbol.dispose]() }
}
