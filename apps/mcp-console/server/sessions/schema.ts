import { z } from 'zod'

/** No NUL and no line break: neither an environment nor a command line can hold them safely. */
const word = z
  .string()
  .max(4000)
  .refine((text) => !/[\0\r\n]/.test(text), { message: 'must be one line' })

/** Seconds a run may take: 10 to 300. */
const timeoutSeconds = z.int().min(10).max(300)
/** Output of a run in bytes: 32 kB (either kilo) to 1 MB. */
const maxOutputBytes = z.int().min(32_000).max(1_048_576)
const idleMinutes = z
  .int()
  .min(10)
  .max(24 * 60)

export const DEFAULT_TIMEOUT_SECONDS = 60
export const DEFAULT_OUTPUT_BYTES = 128 * 1024

/** How the container of a session is run; saved as it is, so it holds references and no values. */
export const sessionSpec = z.object({
  image: z.string().regex(/^[a-z0-9][A-Za-z0-9._/:@-]{0,250}$/, {
    message: 'must be the name of an image, such as mcp/time:latest',
  }),
  command: z.array(word).max(100).default([]),
  env: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/), z.string().max(32_768))
    .default({}),
  /** Whether the session has a network; then it also gets certificates of its own. */
  network: z.boolean().default(false),
  /** Where its server listens with TLS; without it tools run over the standard input and output. */
  port: z.int().min(1).max(65_535).optional(),
  path: z
    .string()
    .regex(/^\/[\w./~%-]{0,200}$/)
    .default('/mcp'),
})
export type SessionSpec = z.infer<typeof sessionSpec>

export const limitsBody = z.object({
  timeoutSeconds: timeoutSeconds.optional(),
  maxOutputBytes: maxOutputBytes.optional(),
  idleMinutes: idleMinutes.optional(),
})
export type Limits = z.infer<typeof limitsBody>

const named = { name: z.string().trim().min(1).max(200).optional() }
export const createBody = z
  .union([
    sessionSpec.extend({ ...named, ...limitsBody.shape }).strict(),
    z.strictObject({
      ...named,
      ...limitsBody.shape,
      /** A server of the console, whose image, command and environment are taken. */
      containerId: z.uuid(),
      network: z.boolean().default(false),
    }),
  ])
  .refine((body) => !('port' in body) || body.port === undefined || body.network, {
    message: 'a port needs network: true',
    path: ['port'],
  })
export type CreateBody = z.infer<typeof createBody>

const runLimits = {
  timeoutSeconds: timeoutSeconds.optional(),
  maxOutputBytes: maxOutputBytes.optional(),
}
export const runBody = z.union([
  z.strictObject({
    tool: z.string().min(1).max(200),
    arguments: z.record(z.string(), z.unknown()).default({}),
    ...runLimits,
  }),
  z.strictObject({ command: z.array(word).min(1).max(100), ...runLimits }),
])
export type RunBody = z.infer<typeof runBody>
