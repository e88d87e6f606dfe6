import { type FieldError, MinatoError } from '@minato/platform/errors'
import type { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import {
  assertNoLiteralSecrets,
  assertReferences,
  type Reference,
  referencesIn,
} from '../secrets/index.ts'
import { type GatewayDocument, gatewayDocument, KNOWN_SETTINGS } from './document.ts'
import { configurationErrors } from './errors.ts'
import { knownServers } from './known-servers.ts'

export type Checked = {
  /** Undefined when it is not valid. */
  document: GatewayDocument | undefined
  errors: FieldError[]
  /** What is allowed and probably not meant. */
  warnings: FieldError[]
  references: Reference[]
}

/** Everything there is to say of a document, without saving it. */
export async function checkDocument(services: ConsoleServices, value: unknown): Promise<Checked> {
  const parsed = gatewayDocument.safeParse(value)
  const errors = [
    ...(parsed.success ? [] : parsed.error.issues.map(toFieldError)),
    ...refusals(() => assertReferences(value)),
    ...refusals(() => assertNoLiteralSecrets(value)),
  ]
  if (!parsed.success || errors.length > 0) {
    return { document: undefined, errors, warnings: [], references: [] }
  }
  const document = parsed.data
  const references = referencesIn(document).map(({ item, field }) => ({ item, field }))
  return { document, errors, warnings: await warningsOf(services, document), references }
}

/**
 * The document, fit to be saved.
 * @throws {MinatoError} 422: MCP_CONSOLE_LITERAL_SECRET, MCP_CONSOLE_REFERENCE_INVALID or
 * MCP_CONSOLE_CONFIGURATION_INVALID, each with the places
 */
export async function validDocument(
  services: ConsoleServices,
  value: unknown,
): Promise<{ document: GatewayDocument; warnings: FieldError[] }> {
  assertNoLiteralSecrets(value)
  assertReferences(value)
  const { document, errors, warnings } = await checkDocument(services, value)
  if (document === undefined) {
    throw configurationErrors.MCP_CONSOLE_CONFIGURATION_INVALID({}, { errors })
  }
  return { document, warnings }
}

function refusals(check: () => void): FieldError[] {
  try {
    check()
    return []
  } catch (error) {
    if (!(error instanceof MinatoError)) throw error
    return error.errors ?? [{ path: '', code: error.code, message: error.detail.en }]
  }
}

function toFieldError(issue: z.core.$ZodIssue): FieldError {
  return { path: pathOf(issue.path), code: issue.code, message: issue.message }
}

/** `servers[0].name`, spelt as the other checks spell it. */
function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`
    return text === '' ? String(part) : `${text}.${String(part)}`
  }, '')
}

async function warningsOf(
  services: ConsoleServices,
  document: GatewayDocument,
): Promise<FieldError[]> {
  const known = await knownServers(services)
  const unknownServers = document.servers.flatMap(({ server }, index) =>
    known.has(server)
      ? []
      : [
          {
            path: `servers[${index}].server`,
            code: 'server_unknown',
            message: `No server "${server}" exists now.`,
          },
        ],
  )
  const names: readonly string[] = KNOWN_SETTINGS
  const unknownSettings = Object.keys(document.settings)
    .filter((key) => !names.includes(key))
    .map((key) => ({
      path: `settings.${key}`,
      code: 'setting_unknown',
      message: `The gateway does not read "${key}"; it is kept for clients.`,
    }))
  return [...unknownServers, ...unknownSettings]
}
