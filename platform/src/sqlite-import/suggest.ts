import { Document, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Database } from '../data/index.ts'
import { type Observed, observe } from './observe.ts'
import { openSource } from './source.ts'
import type { SourceColumn, SourceTable } from './source-schema.ts'
import { openTarget } from './target.ts'
import { readTargetTables, type TargetColumn, type TargetTable } from './target-schema.ts'
import { isTime } from './target-type.ts'

/** Tables that belong to the tool that made the file, not to the application. */
const TOOLS =
  /^(_prisma_migrations|knex_migrations(_lock)?|schema_migrations|sequelizemeta|__drizzle_migrations|alembic_version|django_migrations)$/i
/** Seconds since 1970 from 1990 to 2100; as milliseconds they would all lie in 1970. */
const [SECONDS_LEAST, SECONDS_MOST] = [631_152_000n, 4_102_444_800n]

/**
 * A first map, made from both schemas: what has the same name but for case, underscores and the
 * plural goes together, everything else is skipped with a remark. A person reads it and corrects it.
 */
export async function suggestMap(input: {
  file: string
  schema: string
  db: Database
  url: string | undefined
}): Promise<string> {
  const source = await openSource(input.file)
  try {
    const target = await openTarget(input.db, input.url)
    try {
      const tables = await target.transaction((s) => readTargetTables(s, input.schema))
      const document = new Document({ version: 1, onBad: 'refuse', tables: {} })
      document.commentBefore =
        ' Made by minato import sqlite --suggest. Read every line: a name that looks alike may mean something else.'
      const list = document.get('tables') as YAMLMap
      for (const table of source.tables) {
        if (table.kind === 'view' || table.kind === 'shadow') continue
        const pair = document.createPair(table.name, 'skip')
        list.add(pair)
        const match = matchTable(table, tables)
        if (match === undefined) remark(pair, reasonToSkip(table))
        else pair.value = entryFor(document, table, match, observe(source.db, table))
      }
      return document.toString({ lineWidth: 100 })
    } finally {
      await target.close()
    }
  } finally {
    source.close()
  }
}

function remark(pair: Pair<unknown, unknown>, text: string): void {
  const value = pair.value as Scalar | null
  if (value !== null) value.comment = ` ${text}`
}

function reasonToSkip({ kind, name }: SourceTable): string {
  if (kind === 'virtual') return 'a virtual table: its rows cannot be taken over'
  return TOOLS.test(name) ? "the migration tool's own" : 'the app has no table of this name'
}

function matchTable(table: SourceTable, targets: readonly TargetTable[]): TargetTable | undefined {
  if (table.kind === 'virtual' || TOOLS.test(table.name)) return undefined
  const wanted = singular(plain(table.name))
  return targets.find(({ name }) => singular(plain(name)) === wanted)
}

/** `createdAt`, `created_at` and `CREATED-AT` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function singular(name: string): string {
  return name
    .replace(/ies$/, 'y')
    .replace(/(s|x|z|ch|sh)es$/, '$1')
    .replace(/(?<!s)s$/, '')
}

function entryFor(
  document: Document,
  table: SourceTable,
  target: TargetTable,
  observed: ReadonlyMap<string, Observed>,
): YAMLMap {
  const entry = document.createNode({ to: target.name, columns: {} }) as YAMLMap
  const columns = entry.get('columns') as YAMLMap
  const taken: string[] = []
  for (const source of table.columns) {
    const column = target.columns.find(({ name }) => plain(name) === plain(source.name))
    const rule = column === undefined ? 'skip' : ruleFor(source, column, observed.get(source.name))
    const pair = document.createPair(source.name, rule)
    if (column === undefined) remark(pair, `${target.name} has no such column`)
    else if (rule === 'skip') remark(pair, 'computed by the database')
    else taken.push(column.name)
    columns.add(pair)
  }
  const open = target.columns.filter(
    ({ name, notNull, filled, generated }) =>
      notNull && !filled && !generated && !taken.includes(name),
  )
  if (open.length > 0) {
    const list = open.map(({ name, type }) => `${name} (${type.shown})`).join(', ')
    entry.comment = ` TODO: nothing fills ${list}; map a column to it or add it under defaults`
  }
  return entry
}

function ruleFor(source: SourceColumn, column: TargetColumn, observed: Observed | undefined) {
  if (column.generated) return 'skip'
  const { least, most } = observed ?? {}
  const seconds =
    isTime(column.type) &&
    least !== undefined &&
    most !== undefined &&
    least >= SECONDS_LEAST &&
    most <= SECONDS_MOST
  if (seconds) return { to: column.name, as: 'unix-s' }
  const bytes = column.type.name === 'bytea' && (observed?.types.text ?? 0) > 0
  if (bytes) return { to: column.name, as: 'base64' }
  return source.name === column.name ? source.name : column.name
}
