import { z } from 'zod'
import { firstIssue } from './docker-catalog.ts'
import type { BrokenItem, CatalogItem } from './item.ts'
import { plainText } from './plain-text.ts'
import { toCatalogItem } from './registry-item.ts'
import { registryServer, unwrapEntry } from './registry-server.ts'
import type { RunnerKind } from './runner-images.ts'

const page = z.object({
  servers: z.array(z.unknown()).nullable(),
  metadata: z
    .object({ nextCursor: z.string().nullish(), next_cursor: z.string().nullish() })
    .nullish(),
})

export type RegistryPage = {
  /** Every version that is not deleted; the caller keeps one a name. */
  entries: { item: CatalogItem; latest: boolean }[]
  broken: BrokenItem[]
  nextCursor: string | undefined
}

/** Reads one page of `GET /v0/servers`; undefined when the answer is no such page. */
export function readRegistryPage(
  source: string,
  body: unknown,
  runners: ReadonlyMap<RunnerKind, string>,
): RegistryPage | undefined {
  const parsed = page.safeParse(body)
  if (!parsed.success) return undefined
  const entries: RegistryPage['entries'] = []
  const broken: BrokenItem[] = []
  for (const entry of parsed.data.servers ?? []) {
    const { server, meta } = unwrapEntry(entry)
    const read = registryServer.safeParse(server)
    if (!read.success) {
      broken.push({ id: nameOf(server), problem: firstIssue(read.error) })
    } else if ((meta.status ?? read.data.status) !== 'deleted') {
      const item = toCatalogItem(source, read.data, meta, runners)
      entries.push({ item, latest: meta.isLatest ?? true })
    }
  }
  const { nextCursor, next_cursor } = parsed.data.metadata ?? {}
  return { entries, broken, nextCursor: nextCursor || next_cursor || undefined }
}

function nameOf(server: unknown): string {
  const named = z.object({ name: z.string() }).safeParse(server)
  return named.success ? plainText(named.data.name, 200) : '(unnamed)'
}
