import { z } from 'zod'
import { categoriesOf } from './categories.ts'
import {
  folderTarget,
  type Parameters,
  parametersOf,
  scalarText,
  templatesIn,
  withDefaults,
} from './docker-template.ts'
import { isImage } from './image.ts'
import type { BrokenItem, CatalogInput, CatalogItem } from './item.ts'
import { refusedItem } from './item.ts'
import { linkOf, plainText } from './plain-text.ts'

const text = z.string()
const scalar = z.union([z.string(), z.number(), z.boolean()])

/** An entry of Docker's catalog, v2 and v3: what is read of it. `null` stands for empty there. */
const dockerServer = z.object({
  title: text.nullish(),
  description: text.nullish(),
  type: z.enum(['server', 'remote', 'poci']).nullish(),
  image: text.nullish(),
  dateAdded: text.nullish(),
  source: text.nullish(),
  upstream: text.nullish(),
  readme: text.nullish(),
  icon: text.nullish(),
  remote: z
    .object({
      url: text.nullish(),
      transport_type: text.nullish(),
      headers: z.record(text, text).nullish(),
    })
    .nullish(),
  tools: z.array(z.object({ name: text })).nullish(),
  secrets: z.array(z.object({ name: text, env: text, example: scalar.nullish() })).nullish(),
  env: z
    .array(z.object({ name: text, value: scalar.nullish(), example: scalar.nullish() }))
    .nullish(),
  command: z.array(text).nullish(),
  volumes: z.array(text).nullish(),
  disableNetwork: z.boolean().nullish(),
  user: scalar.nullish(),
  config: z
    .array(
      z.object({
        name: text.nullish(),
        description: text.nullish(),
        properties: z.unknown(),
        required: z.array(text).nullish(),
      }),
    )
    .nullish(),
  metadata: z
    .object({
      pulls: z.number().nullish(),
      category: text.nullish(),
      tags: z.array(text).nullish(),
      owner: text.nullish(),
    })
    .nullish(),
})
type DockerServer = z.infer<typeof dockerServer>

/** `from:/path` or `from:/path:ro`; a template counts as one word. */
const MOUNT = /^(\{\{[^}]*\}\}|[^:{}]+):(\/[^:{}]*)(?::(ro|rw))?$/
const VOLUME_NAME = /^[A-Za-z0-9][\w.-]*$/
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** Reads Docker's catalog. Entries that cannot be read are listed, the others stand. */
export function readDockerCatalog(
  source: string,
  body: unknown,
): { items: CatalogItem[]; broken: BrokenItem[] } | undefined {
  const parsed = z.object({ registry: z.record(z.string(), z.unknown()) }).safeParse(body)
  if (!parsed.success) return undefined
  const items: CatalogItem[] = []
  const broken: BrokenItem[] = []
  for (const [id, entry] of Object.entries(parsed.data.registry)) {
    const read = dockerServer.safeParse(entry)
    const problem = read.success ? problemOf(id, read.data) : firstIssue(read.error)
    if (read.success && problem === undefined) items.push(toItem(source, id, read.data))
    else broken.push({ id: plainText(id, 200), problem: problem ?? 'cannot be read' })
  }
  return { items, broken }
}

/** The first rule an entry breaks, as `path: sentence`. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0]
  if (issue === undefined) return 'cannot be read'
  return `${issue.path.map(String).join('.') || 'entry'}: ${issue.message}`
}

function problemOf(id: string, server: DockerServer): string | undefined {
  if (id.length > 200 || plainText(id, 200) !== id || id === '') return 'id: not a plain name'
  if (server.image && !isImage(server.image)) return 'image: not the name of an image'
  if (server.type === 'remote' && linkOf(server.remote?.url) === undefined) {
    return 'remote.url: not an http or https address'
  }
  const bad = [...(server.env ?? []), ...(server.secrets ?? []).map(({ env }) => ({ name: env }))]
  return bad.every(({ name }) => ENV_NAME.test(name)) ? undefined : 'env: not a variable name'
}

function toItem(source: string, id: string, server: DockerServer): CatalogItem {
  const parameters = parametersOf(server.config ?? [])
  const { volumes, leftOut } = volumesOf(server.volumes ?? [])
  const command = commandOf(server.command ?? [], parameters, leftOut)
  const env = [...secretsOf(server), ...envOf(server, parameters)]
  const refused = refusalOf(server)
  const title = plainText(server.title, 200) || id
  const description = plainText(server.description, 4000)
  const tags = (server.metadata?.tags ?? []).map((tag) => plainText(tag, 50)).slice(0, 20)
  const category = server.metadata?.category ?? ''
  return {
    ...{ source, id, name: id, title, description, version: null, deprecated: false },
    categories: categoriesOf([category], `${id} ${title} ${description}`),
    tags,
    tools: (server.tools ?? []).map(({ name }) => plainText(name, 200)),
    image: server.image || null,
    installable: refused === undefined,
    ...(refused === undefined ? {} : { whyNot: refused }),
    transport: transportOf(server),
    env,
    requiredSecrets: env.filter((input) => input.secret).map((input) => input.name),
    ports: [],
    volumes,
    command,
    networkDisabled: server.disableNetwork ?? false,
    ...remoteOf(server),
    links: linksOf(server),
    publisher: plainText(server.metadata?.owner, 200),
    updatedAt: server.dateAdded ?? null,
    pulls: server.metadata?.pulls ?? null,
    leftOut,
  }
}

function refusalOf(server: DockerServer): CatalogItem['whyNot'] {
  if (server.type === 'remote') {
    return refusedItem(
      'remote_only',
      'It runs at its publisher: register it under Remote servers.',
      '提供元で動いているサーバーです。「リモートサーバー」に登録してください。',
    )
  }
  if (server.type === 'poci') {
    return refusedItem(
      'not_a_server',
      'It is a set of command-line tools, not an MCP server.',
      'コマンドラインツールの集まりで、MCP サーバーではありません。',
    )
  }
  return server.image
    ? undefined
    : refusedItem(
        'no_image',
        'The catalog names no image for it.',
        'カタログにイメージの名前がありません。',
      )
}

function transportOf(server: DockerServer): CatalogItem['transport'] {
  if (server.type !== 'remote') return 'stdio'
  return server.remote?.transport_type === 'sse' ? 'sse' : 'streamable-http'
}

function remoteOf(server: DockerServer): Pick<CatalogItem, 'remoteUrl' | 'remoteHeaders'> {
  const url = server.type === 'remote' ? linkOf(server.remote?.url) : undefined
  if (url === undefined) return { remoteHeaders: [] }
  const secrets = server.secrets ?? []
  const remoteHeaders = Object.entries(server.remote?.headers ?? {}).map(([name, value]) => ({
    name,
    required: true,
    // `Bearer ${API_KEY}`: the variable of a secret in a header makes the header one.
    secret: secrets.some(({ env }) => value.includes(env)),
    description: plainText(value, 200),
  }))
  return { remoteUrl: url, remoteHeaders }
}

function secretsOf(server: DockerServer): CatalogInput[] {
  return (server.secrets ?? []).map(({ name, env, example }) => ({
    name: env,
    required: true,
    secret: true,
    description: plainText(name, 200),
    ...(example == null ? {} : { example: plainText(String(example), 200) }),
  }))
}

function envOf(server: DockerServer, parameters: Parameters): CatalogInput[] {
  return (server.env ?? []).map(({ name, value, example }) => {
    const written = scalarText(value) ?? ''
    const asked = templatesIn(written).map(({ parameter }) => parameters.get(parameter))
    const initial = withDefaults(written, parameters)
    const shown = scalarText(example)
    return {
      name,
      required: asked.some((parameter) => parameter?.required === true),
      secret: asked.some((parameter) => parameter?.secret === true),
      description: plainText(asked[0]?.description, 500),
      ...(initial === undefined || initial === '' ? {} : { default: initial }),
      ...(shown === undefined ? {} : { example: plainText(shown, 200) }),
    }
  })
}

function volumesOf(volumes: readonly string[]) {
  const found: CatalogItem['volumes'] = []
  const leftOut: string[] = []
  for (const written of volumes) {
    const [template] = templatesIn(written)
    if (template?.whole) {
      const target = folderTarget(template.parameter)
      found.push({ source: '', target, readOnly: false, name: template.parameter })
      continue
    }
    const match = MOUNT.exec(written)
    const [, from = '', target = '', mode] = match ?? []
    const chosen = template !== undefined && from.startsWith('{{')
    if (chosen || VOLUME_NAME.test(from)) {
      const name = chosen ? template.parameter : from
      found.push({ source: chosen ? '' : from, target, readOnly: mode === 'ro', name })
    } else {
      // A folder of the host, the Docker socket say: only a person may decide on that.
      leftOut.push(`volume ${written}`)
    }
  }
  return { volumes: found, leftOut }
}

function commandOf(
  command: readonly string[],
  parameters: Parameters,
  leftOut: string[],
): string[] {
  return command.flatMap((argument) => {
    const [template] = templatesIn(argument)
    if (template?.filters.includes('volume-target')) return [folderTarget(template.parameter)]
    const filled = withDefaults(argument, parameters)
    if (filled !== undefined) return [filled]
    leftOut.push(`argument ${argument}`)
    return []
  })
}

function linksOf(server: DockerServer): CatalogItem['links'] {
  const homepage = linkOf(server.readme)
  const repository = linkOf(server.upstream) ?? linkOf(server.source)
  const icon = linkOf(server.icon)
  return {
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(icon === undefined ? {} : { icon }),
  }
}
