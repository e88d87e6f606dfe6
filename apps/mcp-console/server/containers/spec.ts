import { z } from 'zod'

const MEGABYTE = 1024 * 1024

/** Registry and its port, repository, tag, digest (the grammar of the distribution project). */
const IMAGE =
  /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]{64})?$/

const portNumber = z.int().min(1).max(65_535)
/** No NUL and no line break: neither an environment nor a command line can hold them safely. */
const oneLine = (max: number) =>
  z
    .string()
    .max(max)
    .refine((text) => !/[\0\r\n]/.test(text), { message: 'must be one line' })

const volume = z.strictObject({
  /** A named volume, or an absolute folder of the host that MCP_CONSOLE_VOLUMES allows. */
  source: z.string().regex(/^(\/[^\0:]{0,400}|[A-Za-z0-9][A-Za-z0-9_.-]{0,127})$/, {
    message: 'must be the name of a volume or an absolute path without ":"',
  }),
  target: z.string().regex(/^\/[^\0:]{1,400}$/, { message: 'must be an absolute path' }),
  readOnly: z.boolean().default(false),
})

const publishedPort = z.strictObject({
  container: portNumber,
  /** On 127.0.0.1 only; left out, Docker chooses a free one. */
  host: portNumber.optional(),
})

const limits = z.strictObject({
  memoryMb: z
    .int()
    .min(16)
    .max(1024 * 1024)
    .default(512),
  cpus: z.number().min(0.05).max(64).default(1),
  pids: z.int().min(4).max(32_768).default(256),
})

/**
 * How a server is run. Values of `env` and words of `command` may be references `{{ bw:item:field }}`; this is what is
 * saved, so it never holds a value out of a vault.
 */
export const serverSpec = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    image: z.string().max(255).regex(IMAGE, {
      message: 'must be the name of an image, such as mcp/time:latest',
    }),
    transport: z.enum(['stdio', 'streamable-http', 'sse']).default('stdio'),
    /** Port and path the server listens on, for the two transports over HTTP. */
    port: portNumber.optional(),
    path: z
      .string()
      .regex(/^\/[\w./~%-]{0,200}$/)
      .optional(),
    command: z.array(oneLine(4000)).max(100).default([]),
    env: z
      .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(32_768))
      .default({}),
    ports: z.array(publishedPort).max(20).default([]),
    volumes: z.array(volume).max(20).default([]),
    network: z.enum(['bridge', 'none']).default('bridge'),
    limits: limits.prefault({}),
    delivery: z.enum(['environment', 'file']).default('environment'),
    /** The catalog item this came from. */
    source: z.string().max(80).optional(),
    itemId: z.string().max(300).optional(),
  })
  .superRefine((spec, context) => {
    const issue = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (spec.transport !== 'stdio' && spec.port === undefined) {
      issue('port', `is needed for ${spec.transport}: the port the server listens on`)
    }
    if (spec.transport !== 'stdio' && spec.network === 'none') {
      issue('network', `none goes with stdio only: ${spec.transport} needs a port`)
    }
    const targets = spec.volumes.map(({ target }) => target)
    if (new Set(targets).size < targets.length) issue('volumes', 'two volumes have one target')
    const hosts = spec.ports.flatMap(({ host }) => host ?? [])
    if (new Set(hosts).size < hosts.length) issue('ports', 'two ports have one port of the host')
  })

export type ServerSpec = z.infer<typeof serverSpec>
/** What a caller may send: everything with a default may be left out. */
export type ServerSpecInput = z.input<typeof serverSpec>

/** The specification that was saved with a container. */
export function savedSpec(config: unknown): ServerSpec {
  return serverSpec.parse(config)
}

export const bytesOf = (megabytes: number): number => megabytes * MEGABYTE
