import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from './testing.ts'

const ROOT = join(import.meta.dirname, '../../..')

type Actual = { type: string; nullable: boolean; filled: boolean }
type Declared = { column: string; type: string }

/** What a value of the driver is for each type of PostgreSQL (`bigint` arrives as a number here). */
const KINDS: [RegExp, RegExp][] = [
  [/^(timestamptz|date)$/, /\bDate\b/],
  [/^(int2|int4|int8|float4|float8)$/, /\bnumber\b|^\d/],
  [/^bool$/, /\bboolean\b|^(true|false)$/],
  [/^(text|uuid|varchar|numeric|inet|citext|bpchar|name)$/, /\bstring\b|'|^[A-Z]\w+$/],
  [/^bytea$/, /\b(Buffer|Uint8Array)\b/],
  [/^jsonb?$/, /./],
  [/^_/, /\[\]/],
]

/** Columns of every table in the migrated database, as PostgreSQL itself tells them. */
async function actualTables(): Promise<Map<string, Map<string, Actual>>> {
  await using t = await testDatabase()
  const { rows } = await sql<Actual & { table: string; column: string }>`
    select n.nspname || '.' || c.relname as table, a.attname as column,
           case ty.typtype when 'e' then 'text' else ty.typname end as type,
           not a.attnotnull as nullable,
           (a.atthasdef or a.attidentity <> '' or a.attgenerated <> '') as filled
      from pg_attribute a
      join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'v')
      join pg_namespace n on n.oid = c.relnamespace
      join pg_type ty on ty.oid = a.atttypid
     where a.attnum > 0 and not a.attisdropped
       and n.nspname not in ('pg_catalog', 'information_schema')`.execute(t.db)
  const tables = new Map<string, Map<string, Actual>>()
  for (const { table, column, ...rest } of rows) {
    const columns = tables.get(table) ?? new Map<string, Actual>()
    tables.set(table, columns.set(column, rest))
  }
  return tables
}

/** `'schema.table': { … }` or `'schema.table': Name` with `type Name = { … }` in the same file. */
function declaredTables(source: string): Map<string, Declared[]> {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
  const tables = new Map<string, Declared[]>()
  for (const match of text.matchAll(/^ *'?([a-z_]+\.[a-z_]+)'?: (?:(\{)|([A-Z]\w+)\b)/gm)) {
    const [whole, table = '', brace, name] = match
    const body =
      brace === undefined
        ? bodyAfter(text, text.search(new RegExp(`(?:type|interface) ${name}\\b[^{;]*\\{`)))
        : bodyAfter(text, match.index + whole.length - 1)
    if (body !== undefined) tables.set(table, columnsOf(body))
  }
  return tables
}

function bodyAfter(text: string, from: number): string | undefined {
  if (from === -1) return undefined
  const start = text.indexOf('{', from)
  for (let at = start, depth = 0; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1
    if (text[at] === '}') depth -= 1
    if (depth === 0) return text.slice(start + 1, at)
  }
  return undefined
}

/** `name: type` at the top of a body; a type may go over several lines. */
function columnsOf(body: string): Declared[] {
  let depth = 0
  const lines = [...body.replace(/\n\s*\|/g, ' |')].map((letter) => {
    if ('{<('.includes(letter)) depth += 1
    if ('}>)'.includes(letter)) depth -= 1
    if (letter === ';' && depth === 0) return '\n'
    return letter === '\n' && depth > 0 ? ' ' : letter
  })
  return [...lines.join('').matchAll(/^\s*(\w+): (.+?)\s*$/gm)].map(
    ([, column = '', type = '']) => ({
      column,
      type: type.replace(/^\| /, ''),
    }),
  )
}

/** What is wrong with the declaration of one column, if anything. */
function fault(type: string, actual: Actual | undefined): string | undefined {
  if (actual === undefined) return 'is not in the database'
  const generated = /^Generated|^ColumnType|^JSONColumnType/.test(type)
  if (/^Generated</.test(type) && !actual.filled && !actual.nullable)
    return 'is said to be filled by the database, and is not'
  const mayBeNull = /\bnull\b|\bunknown\b|\?$/.test(type)
  if (actual.nullable && !mayBeNull) return 'may be null'
  if (!actual.nullable && mayBeNull && !generated && !/\bunknown\b/.test(type))
    return 'is never null'
  const bare = type
    .replace(/\| null\b/g, '')
    .replace(/^Generated(Always)?<(.*)>$/, '$2')
    .trim()
  if (/^(ColumnType|JSONColumnType)</.test(bare) || bare === 'unknown') return undefined
  const [, kind] = KINDS.find(([pattern]) => pattern.test(actual.type)) ?? []
  if (kind === undefined) return `is of the type ${actual.type}, which this test does not know`
  return kind.test(bare) ? undefined : `is ${actual.type}, not ${bare}`
}

test('the table types written in code are those of the migrated schema', async () => {
  const actual = await actualTables()
  const faults: string[] = []
  let checked = 0
  for await (const file of glob(['platform/src/**/*.ts', 'apps/*/**/*.ts'], {
    cwd: ROOT,
    exclude: (name) => name.endsWith('.test.ts') || name === 'node_modules',
  })) {
    for (const [table, columns] of declaredTables(await readFile(join(ROOT, file), 'utf8'))) {
      const found = actual.get(table)
      if (found === undefined) continue // a file name or a permission looks like one
      checked += columns.length
      const declared = new Set(columns.map(({ column }) => column))
      // The queue's own tables are pg-boss's: only what we read of them is declared.
      if (/tables\.ts$|error-groups\.ts$/.test(file) && !table.startsWith('pgboss.')) {
        for (const column of found.keys())
          if (!declared.has(column)) faults.push(`${file}: ${table}.${column} is not declared`)
      }
      for (const { column, type } of columns) {
        const wrong = fault(type, found.get(column))
        if (wrong !== undefined) faults.push(`${file}: ${table}.${column} ${wrong}`)
      }
    }
  }
  assert.deepEqual(faults, [])
  assert.ok(checked > 200, `${checked} columns read`)
})

test('the comparison finds a column that is missing, null, of another type', () => {
  const text = `
    type Row = { id: Generated<string>; note: string | null }
    export type T = {
      'shop.orders': {
        id: string // the key
        total: number
        at: Date | null
        tags: Generated<string[]>
        state:
          | 'open'
          | 'done'
      }
      'shop.rows': Row
    }`
  const tables = declaredTables(text)
  assert.deepEqual(
    tables.get('shop.orders')?.map(({ column }) => column),
    ['id', 'total', 'at', 'tags', 'state'],
  )
  assert.deepEqual(tables.get('shop.rows'), [
    { column: 'id', type: 'Generated<string>' },
    { column: 'note', type: 'string | null' },
  ])
  const column = (type: string, nullable = false, filled = false) => ({ type, nullable, filled })
  assert.equal(fault('number', column('int8')), undefined)
  assert.equal(fault('number', undefined), 'is not in the database')
  assert.equal(fault('number', column('text')), 'is text, not number')
  assert.equal(fault('number', column('numeric')), 'is numeric, not number')
  assert.equal(fault('Date', column('timestamptz', true)), 'may be null')
  assert.equal(fault('Date | null', column('timestamptz')), 'is never null')
  assert.match(fault('Generated<string>', column('uuid')) ?? '', /filled/)
  assert.equal(fault('Generated<string>', column('uuid', false, true)), undefined)
  assert.equal(fault('string[]', column('_text')), undefined)
  assert.equal(fault("'open' | 'done'", column('text')), undefined)
})
