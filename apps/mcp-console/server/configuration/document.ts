import { z } from 'zod'

const MAX_SERVERS = 500
const name = z.string().trim().min(1).max(100)
const positive = (max: number) => z.number().int().min(1).max(max)

const server = z.strictObject({
  name,
  /** `container:<id>`, `remote:<id>` or `config:<name>`, as profiles name servers. */
  server: z.string().regex(/^[a-z]+:[A-Za-z0-9._-]{1,128}$/, 'container:…, remote:… or config:…'),
  /** Off: in no profile, whatever the profile says. */
  enabled: z.boolean().default(true),
  /** Names of the tools that any profile may offer, `*` at the end for any rest; null: all. */
  tools: z.array(z.string().min(1).max(200)).max(1000).nullable().default(null),
  /** Whatever the server's clients want to know. Secrets are references. */
  config: z.record(z.string(), z.unknown()).default({}),
})

/** Limits over all profiles: a profile may be stricter, never looser. */
const settings = z.looseObject({
  callsPerMinute: positive(1_000_000).optional(),
  maxConcurrentCalls: positive(1000).optional(),
  callTimeoutMs: positive(3_600_000).optional(),
  maxOutputBytes: positive(64 * 1024 * 1024).optional(),
})

/**
 * The gateway's configuration: what holds for every profile. Names of servers are unique, and so is
 * the server a name stands for.
 */
export const gatewayDocument = z
  .strictObject({
    version: z.string().trim().min(1).max(20).default('1.0'),
    servers: z.array(server).max(MAX_SERVERS).default([]),
    settings: settings.default({}),
  })
  .superRefine(({ servers }, context) => {
    for (const key of ['name', 'server'] as const) {
      const seen = new Set<string>()
      for (const [index, item] of servers.entries()) {
        if (seen.has(item[key])) {
          const message = `"${item[key]}" is there twice`
          context.addIssue({ code: 'custom', path: ['servers', index, key], message })
        }
        seen.add(item[key])
      }
    }
  })

export type GatewayDocument = z.infer<typeof gatewayDocument>

export const EMPTY_DOCUMENT: GatewayDocument = { version: '1.0', servers: [], settings: {} }

/** The settings the gateway knows; all others are kept for clients. */
export const KNOWN_SETTINGS = [
  'callsPerMinute',
  'maxConcurrentCalls',
  'callTimeoutMs',
  'maxOutputBytes',
] as const
