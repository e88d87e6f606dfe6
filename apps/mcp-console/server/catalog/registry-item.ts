import { categoriesOf } from './categories.ts'
import { isImage, withTag } from './image.ts'
import { type CatalogItem, refusedItem, type WhyNot } from './item.ts'
import { linkOf, plainText } from './plain-text.ts'
import { commandLine, fromRuntimeArguments, knownValue, toInput } from './registry-arguments.ts'
import type { RegistryMeta, RegistryPackage, RegistryServer } from './registry-server.ts'
import { type RunnerKind, runnerCommand } from './runner-images.ts'

type Runners = ReadonlyMap<RunnerKind, string>
type Runnable = Pick<
  CatalogItem,
  'image' | 'transport' | 'env' | 'ports' | 'volumes' | 'command' | 'networkDisabled' | 'leftOut'
> & { runner?: RunnerKind; httpPath?: string }

/** A registry's entry as an item of the catalog. */
export function toCatalogItem(
  source: string,
  server: RegistryServer,
  meta: RegistryMeta,
  runners: Runners,
): CatalogItem {
  const runnable = runnableOf(server, runners)
  const remote = remoteOf(server)
  const refused = runnable.image === null ? refusalOf(server) : undefined
  const env = runnable.env
  const shortName = server.name.split('/').at(-1) ?? server.name
  const title = plainText(server.title, 200) || shortName
  const description = plainText(server.description, 4000)
  const version = server.version ?? server.versionDetail?.version ?? null
  return {
    ...{ source, id: server.name, name: shortName, title, description },
    version: version === null ? null : plainText(version, 100),
    deprecated: (meta.status ?? server.status) === 'deprecated',
    categories: categoriesOf([], `${shortName} ${title} ${description}`),
    tags: packageKinds(server),
    tools: [],
    ...runnable,
    ...(runnable.image === null && remote !== undefined ? { transport: remote.transport } : {}),
    installable: refused === undefined,
    ...(refused === undefined ? {} : { whyNot: refused }),
    requiredSecrets: env.filter((input) => input.secret).map((input) => input.name),
    ...(remote === undefined ? {} : { remoteUrl: remote.url }),
    remoteHeaders: remote?.headers ?? [],
    links: linksOf(server),
    publisher: server.name.split('/')[0] ?? '',
    updatedAt: meta.updatedAt ?? null,
    pulls: null,
  }
}

function packageKinds(server: RegistryServer): string[] {
  const kinds = (server.packages ?? []).map(({ registryType }) => plainText(registryType, 50))
  return [...new Set([...kinds, ...(server.remotes?.length ? ['remote'] : [])])]
}

/** The package that can be run: an image first, else what a runner image is allowed for. */
function runnableOf(server: RegistryServer, runners: Runners): Runnable {
  const packages = server.packages ?? []
  const oci = packages.find(({ registryType }) => registryType === 'oci')
  if (oci !== undefined) {
    const image = withTag(oci.identifier.replace(/^docker:\/\//, ''), oci.version ?? undefined)
    if (isImage(image)) return { ...partsOf(oci), image }
  }
  for (const offered of packages) {
    const kind = offered.registryType
    const image = kind === 'npm' || kind === 'pypi' ? runners.get(kind) : undefined
    if (image === undefined || (kind !== 'npm' && kind !== 'pypi')) continue
    const parts = partsOf(offered)
    const start = runnerCommand(kind, offered.identifier, offered.version ?? '')
    return { ...parts, image, runner: kind, command: [...start, ...parts.command] }
  }
  const [first] = packages
  return first === undefined ? NOTHING : { ...partsOf(first), image: null }
}

const NOTHING: Runnable = {
  image: null,
  transport: 'stdio',
  env: [],
  ports: [],
  volumes: [],
  command: [],
  networkDisabled: false,
  leftOut: [],
}

function partsOf(offered: RegistryPackage): Omit<Runnable, 'image'> {
  const docker = offered.registryType === 'oci'
  const runtime = fromRuntimeArguments(docker ? (offered.runtimeArguments ?? []) : [])
  const command = commandLine(offered.packageArguments ?? [], runtime.leftOut)
  const declared = (offered.environmentVariables ?? []).filter(({ name }) =>
    /^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name),
  )
  const names = new Set(declared.map(({ name }) => name))
  const env = [...declared.map(toInput), ...runtime.env.filter(({ name }) => !names.has(name))]
  const transport = transportName(offered.transport?.type)
  const http = transport === 'stdio' ? undefined : httpOf(offered)
  const known = http !== undefined && runtime.ports.some(({ container }) => container === http.port)
  const ports =
    http === undefined || known
      ? runtime.ports
      : [...runtime.ports, { container: http.port, protocol: 'tcp' as const }]
  return {
    ...runtime,
    ...{ transport, env, command, ports },
    ...(http === undefined ? {} : { httpPath: http.path }),
  }
}

function transportName(type: string | null | undefined): CatalogItem['transport'] {
  return type === 'sse' || type === 'streamable-http' ? type : 'stdio'
}

/** `http://localhost:{PORT}/mcp` with the defaults of the package's own variables and arguments. */
function httpOf(offered: RegistryPackage): { port: number; path: string } | undefined {
  const defaults = new Map<string, string | undefined>()
  for (const { name, ...input } of offered.environmentVariables ?? []) {
    defaults.set(name, knownValue(input))
  }
  for (const argument of offered.packageArguments ?? []) {
    const name = argument.valueHint ?? argument.name?.replace(/^-+/, '') ?? ''
    defaults.set(name, knownValue(argument))
  }
  const written = (offered.transport?.url ?? '').replace(
    /\{-*([\w.-]+)\}/g,
    (whole, name: string) => defaults.get(name) ?? whole,
  )
  const url = URL.parse(written)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return { port, path: url.pathname }
}

function remoteOf(server: RegistryServer) {
  for (const remote of server.remotes ?? []) {
    const url = linkOf(remote.url)
    const type = remote.type ?? remote.transportType
    if (url === undefined || (type !== 'streamable-http' && type !== 'sse')) continue
    const transport: CatalogItem['transport'] = type
    return { url, transport, headers: (remote.headers ?? []).map(toInput) }
  }
  return undefined
}

function refusalOf(server: RegistryServer): WhyNot {
  if (remoteOf(server) !== undefined) {
    return refusedItem(
      'remote_only',
      'It runs at its publisher: register it under Remote servers.',
      '提供元で動いているサーバーです。「リモートサーバー」に登録してください。',
    )
  }
  const kinds = packageKinds(server).filter((kind) => kind !== 'remote')
  if (kinds.length === 0) {
    return refusedItem(
      'no_image',
      'The registry names neither an image nor an address for it.',
      'レジストリにイメージも URL も登録されていません。',
    )
  }
  const list = kinds.join(', ')
  return refusedItem(
    'package_only',
    `It is published as a package (${list}) without an image. An operator can allow a runner image with MCP_CONSOLE_RUNNER_IMAGES.`,
    `パッケージ(${list})としてのみ公開され、イメージがありません。運用担当者は MCP_CONSOLE_RUNNER_IMAGES で実行用イメージを許可できます。`,
  )
}

function linksOf(server: RegistryServer): CatalogItem['links'] {
  const homepage = linkOf(server.websiteUrl)
  const repository = linkOf(server.repository?.url)
  const icon = linkOf(server.icons?.[0]?.src)
  return {
    ...(homepage === undefined ? {} : { homepage }),
    ...(repository === undefined ? {} : { repository }),
    ...(icon === undefined ? {} : { icon }),
  }
}
