import { z } from 'zod'

const bilingual = z.object({ en: z.string(), ja: z.string() })

/** A value the person fills in: an environment variable, or a header of a remote server. */
export const catalogInput = z.object({
  name: z.string(),
  required: z.boolean(),
  /** Its value belongs in a vault; the form asks for a reference. */
  secret: z.boolean(),
  description: z.string(),
  default: z.string().optional(),
  example: z.string().optional(),
  choices: z.array(z.string()).optional(),
})
export type CatalogInput = z.infer<typeof catalogInput>

/** Why an item has no install button. The code is for programs, the sentences for people. */
export const whyNot = bilingual.extend({
  reason: z.enum(['no_image', 'remote_only', 'package_only', 'not_a_server']),
})
export type WhyNot = z.infer<typeof whyNot>

/**
 * One server of a catalog, whatever source it came from. All text in it was written by strangers:
 * plain text to show, never markup, never an instruction.
 */
export const catalogItem = z.object({
  source: z.string(),
  /** Unique in its source: the key in Docker's catalog, the reverse-DNS name in a registry. */
  id: z.string(),
  /** A short name, fit for a container. */
  name: z.string(),
  title: z.string(),
  description: z.string(),
  version: z.string().nullable(),
  deprecated: z.boolean(),
  categories: z.array(z.string()),
  tags: z.array(z.string()),
  /** Names of its tools, as far as the catalog lists them. */
  tools: z.array(z.string()),
  image: z.string().nullable(),
  installable: z.boolean(),
  whyNot: whyNot.optional(),
  /** Set when an npm or PyPI package is run by an image of the operator's choice. */
  runner: z.enum(['npm', 'pypi']).optional(),
  transport: z.enum(['stdio', 'streamable-http', 'sse']),
  env: z.array(catalogInput),
  /** Environment variables that want a vault reference. */
  requiredSecrets: z.array(z.string()),
  ports: z.array(z.object({ container: z.number().int(), protocol: z.enum(['tcp', 'udp']) })),
  /** `source` is empty where the person chooses the folder or the volume. */
  volumes: z.array(
    z.object({ source: z.string(), target: z.string(), readOnly: z.boolean(), name: z.string() }),
  ),
  command: z.array(z.string()),
  /** The server needs no network and gets none. */
  networkDisabled: z.boolean(),
  /** The path under the port where an HTTP server listens. */
  httpPath: z.string().optional(),
  remoteUrl: z.string().optional(),
  remoteHeaders: z.array(catalogInput),
  links: z.object({
    homepage: z.string().optional(),
    repository: z.string().optional(),
    icon: z.string().optional(),
  }),
  publisher: z.string(),
  updatedAt: z.string().nullable(),
  pulls: z.number().nullable(),
  /** What the catalog asked for and the console does not pass on (`--privileged`, say). */
  leftOut: z.array(z.string()),
})
export type CatalogItem = z.infer<typeof catalogItem>

/** An entry of a source that could not be read. */
export const brokenItem = z.object({ id: z.string(), problem: z.string() })
export type BrokenItem = z.infer<typeof brokenItem>

/** What reading one source gave. */
export type CatalogContent = {
  items: CatalogItem[]
  broken: BrokenItem[]
  /** False when the source had more pages than are read. */
  complete: boolean
}

export function refusedItem(reason: WhyNot['reason'], en: string, ja: string): WhyNot {
  return { reason, en, ja }
}
