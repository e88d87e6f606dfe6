import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

export type DockerCatalog = { version: number; registry: Record<string, object> }
export type RegistryEntry = { server?: { name?: string; version?: string }; name?: string }

/** The two catalogs as their owners publish them, cut to some forty servers, with broken ones. */
export type RegistryData = { docker: DockerCatalog; official: RegistryEntry[] }

export async function readRegistryData(): Promise<RegistryData> {
  const [docker, official] = await Promise.all([
    read('docker-catalog.json'),
    read('official-servers.json'),
  ])
  return { docker: docker as DockerCatalog, official: (official as OfficialFile).servers }
}

type OfficialFile = { servers: RegistryEntry[] }

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(join(import.meta.dirname, name), 'utf8'))
}

export function nameOf(entry: RegistryEntry): string {
  return entry.server?.name ?? entry.name ?? ''
}

/** The list made `count` long with servers of running numbers. */
export function lengthened(entries: RegistryEntry[], count: number | undefined): RegistryEntry[] {
  if (count === undefined || count <= entries.length) return entries
  const more = Array.from({ length: count - entries.length }, (_, index) => {
    const name = `io.github.example/server-${String(index + 1).padStart(5, '0')}`
    const identifier = `ghcr.io/example/server:${index + 1}.0.0`
    return {
      server: {
        name,
        description: `Server number ${index + 1} of many.`,
        version: `${index + 1}.0.0`,
        packages: [{ registryType: 'oci', identifier, transport: { type: 'stdio' } }],
      },
      _meta: { 'io.modelcontextprotocol.registry/official': { status: 'active', isLatest: true } },
    }
  })
  return [...entries, ...more]
}
