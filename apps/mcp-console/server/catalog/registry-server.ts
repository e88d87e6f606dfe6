import { z } from 'zod'

const text = z.string()

/** A value the person gives or the publisher fixed (`Input` of the registry's schema). */
const inputFields = {
  description: text.nullish(),
  isRequired: z.boolean().nullish(),
  isSecret: z.boolean().nullish(),
  value: text.nullish(),
  default: text.nullish(),
  placeholder: text.nullish(),
  choices: z.array(text).nullish(),
}
const input = z.object(inputFields)
const withVariables = z.object({ ...inputFields, variables: z.record(text, input).nullish() })
const named = withVariables.extend({ name: text })
export type RegistryNamedInput = z.infer<typeof named>

const argument = withVariables.extend({
  type: z.enum(['positional', 'named']),
  name: text.nullish(),
  valueHint: text.nullish(),
  isRepeated: z.boolean().nullish(),
})
export type RegistryArgument = z.infer<typeof argument>

const transport = z.object({
  type: text,
  url: text.nullish(),
  headers: z.array(named).nullish(),
})

const registryPackage = z.object({
  registryType: text,
  registryBaseUrl: text.nullish(),
  identifier: text,
  version: text.nullish(),
  runtimeHint: text.nullish(),
  transport: transport.nullish(),
  runtimeArguments: z.array(argument).nullish(),
  packageArguments: z.array(argument).nullish(),
  environmentVariables: z.array(named).nullish(),
})
export type RegistryPackage = z.infer<typeof registryPackage>

/** A `server.json` of the MCP registry, its releases since July 2025. */
export const registryServer = z.object({
  name: text.min(1).max(200),
  title: text.nullish(),
  description: text.nullish(),
  status: text.nullish(),
  version: text.nullish(),
  versionDetail: z.object({ version: text.nullish() }).nullish(),
  websiteUrl: text.nullish(),
  repository: z.object({ url: text.nullish() }).nullish(),
  icons: z.array(z.object({ src: text })).nullish(),
  packages: z.array(registryPackage).nullish(),
  remotes: z
    .array(
      z.object({
        type: text.nullish(),
        transportType: text.nullish(),
        url: text,
        headers: z.array(named).nullish(),
      }),
    )
    .nullish(),
})
export type RegistryServer = z.infer<typeof registryServer>

/** What the registry itself says of an entry, beside the publisher's `server.json`. */
export type RegistryMeta = { status?: string; updatedAt?: string; isLatest?: boolean }

const meta = z.object({
  status: text.nullish(),
  updatedAt: text.nullish(),
  publishedAt: text.nullish(),
  isLatest: z.boolean().nullish(),
})
const OFFICIAL = 'io.modelcontextprotocol.registry/official'

/** Separates an entry of the list: `{ server, _meta }` now, the bare server before. */
export function unwrapEntry(entry: unknown): { server: unknown; meta: RegistryMeta } {
  const outer = camelKeys(entry)
  if (!isRecord(outer)) return { server: outer, meta: {} }
  const server = isRecord(outer['server']) ? outer['server'] : outer
  const official = [outer['_meta'], server['_meta']].find(isRecord)?.[OFFICIAL]
  const read = meta.safeParse(camelKeys(official ?? {}))
  if (!read.success) return { server, meta: {} }
  const { status, updatedAt, publishedAt, isLatest } = read.data
  const changed = updatedAt ?? publishedAt
  return {
    server,
    meta: {
      ...(status ? { status } : {}),
      ...(changed ? { updatedAt: changed } : {}),
      ...(isLatest == null ? {} : { isLatest }),
    },
  }
}

// Keys inside these are names that publishers chose.
const NAMES_INSIDE = new Set(['variables', '_meta'])

/** `registry_type` (2025-07) → `registryType` (since 2025-09). */
function camelKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camelKeys)
  if (!isRecord(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      NAMES_INSIDE.has(key) ? key : key.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase()),
      key === '_meta' ? inner : key === 'variables' ? variableInputs(inner) : camelKeys(inner),
    ]),
  )
}

function variableInputs(value: unknown): unknown {
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, camelKeys(inner)]))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
