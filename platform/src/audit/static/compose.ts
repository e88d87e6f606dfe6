import { parseDocument } from 'yaml'
import { z } from 'zod'
import type { SourceTree } from './source-tree.ts'

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String)
const strings = z.union([text.transform((one) => [one]), z.array(text)])
const healthcheck = z.looseObject({
  test: strings.optional(),
  disable: z.boolean().optional(),
})
const limits = z.looseObject({ cpus: text.optional(), memory: text.optional() })
const service = z.looseObject({
  image: z.string().optional(),
  build: z.unknown().optional(),
  command: strings.optional(),
  entrypoint: strings.optional(),
  ports: z
    .array(z.union([text, z.looseObject({ target: text, published: text.optional() })]))
    .optional(),
  read_only: z.boolean().optional(),
  privileged: z.boolean().optional(),
  user: text.optional(),
  network_mode: z.string().optional(),
  cap_drop: z.array(z.string()).optional(),
  cap_add: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.union([z.string(), z.boolean()]).transform(String).optional(),
  pid: z.string().optional(),
  stop_grace_period: text.optional(),
  networks: z
    .union([
      z.array(z.string()),
      z.record(z.string(), z.unknown()).transform((map) => Object.keys(map)),
    ])
    .optional(),
  mem_limit: text.optional(),
  cpus: text.optional(),
  deploy: z
    .looseObject({
      replicas: text.optional(),
      resources: z.looseObject({ limits: limits.optional() }).optional(),
    })
    .optional(),
  logging: z
    .looseObject({ driver: z.string().optional(), options: z.record(z.string(), text).optional() })
    .optional(),
  healthcheck: healthcheck.optional(),
  environment: z
    .union([z.array(z.string()), z.record(z.string(), text.nullable())])
    .transform(asRecord)
    .optional(),
  env_file: z.unknown().optional(),
  secrets: z.array(z.union([z.string(), z.looseObject({ source: z.string() })])).optional(),
  volumes: z
    .array(
      z.union([z.string(), z.looseObject({ source: z.string().optional(), target: z.string() })]),
    )
    .optional(),
})
const composeFile = z.looseObject({
  services: z.record(z.string(), service),
  secrets: z.record(z.string(), z.unknown()).optional(),
  volumes: z.record(z.string(), z.unknown()).optional(),
})

export type ComposeService = z.infer<typeof service>
export type Compose = z.infer<typeof composeFile> & {
  path: string
  source: string
  /** Line of a service's name in the file. */
  lineOf(serviceName: string): number | undefined
}

const PATHS = ['deploy/compose.yml', 'deploy/compose.yaml', 'compose.yml']

/**
 * The production stack: anchors and merge keys resolved, `${NAME:-default}` replaced by the default.
 * @throws {Error} when the file is not valid YAML or not a compose file.
 */
export async function readCompose(files: SourceTree): Promise<Compose | undefined> {
  for (const path of PATHS) {
    const source = await files.read(path)
    if (source !== undefined) return parseCompose(path, source)
  }
  return undefined
}

export function parseCompose(path: string, source: string): Compose {
  const document = parseDocument(source, { merge: true })
  const [problem] = document.errors
  if (problem !== undefined) throw new Error(`${path} is not valid YAML: ${problem.message}`)
  const parsed = composeFile.safeParse(withDefaults(document.toJS()))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new Error(`${path} is not a compose file: ${issue?.path.join('.')} ${issue?.message}`)
  }
  const lines = source.split('\n')
  const lineOf = (name: string) => {
    const index = lines.findIndex((line) => line.trimEnd() === `  ${name}:`)
    return index < 0 ? undefined : index + 1
  }
  return { ...parsed.data, path, source, lineOf }
}

/** Compose's own substitution, as far as it can be known without the environment; the innermost first. */
function withDefaults(value: unknown): unknown {
  if (typeof value === 'string') {
    let text = value
    for (let before = ''; before !== text; ) {
      before = text
      text = text.replace(/\$\{\w+:?-([^${}]*)\}/g, '$1')
    }
    return text
  }
  if (Array.isArray(value)) return value.map(withDefaults)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDefaults(inner)]))
}

function asRecord(value: string[] | Record<string, string | null>): Record<string, string> {
  const pairs = Array.isArray(value)
    ? value.map((item): [string, string] => {
        const at = item.indexOf('=')
        return at < 0 ? [item, ''] : [item.slice(0, at), item.slice(at + 1)]
      })
    : Object.entries(value).map(([name, item]): [string, string] => [name, item ?? ''])
  return Object.fromEntries(pairs)
}
