import { splitStatements, sqlTokens } from './split-statements.ts'

type Kind = 'expand' | 'contract'
type Rule = { pattern: RegExp; advice: string; expandOnly?: true; onOldTables?: true }

const DROP = 'dropping belongs in a contract migration, one release later'
const RENAME = 'renaming breaks the running release: add the new name, copy, drop later'
const LOCKS = 'this statement locks out every reader'

/** What a whole statement may not be. Text is lower-case with single spaces. */
const STATEMENTS: Rule[] = [
  {
    pattern:
      /^drop (table|schema|type|view|materialized view|domain|sequence|function|procedure)\b/,
    advice: DROP,
    expandOnly: true,
  },
  {
    pattern:
      /^alter (view|materialized view|schema|type|domain|function|procedure|sequence) .* rename\b/,
    advice: RENAME,
    expandOnly: true,
  },
  { pattern: /^(truncate|lock|vacuum full|vacuum \(.*full|cluster)\b/, advice: LOCKS },
  {
    pattern: /^(reindex|refresh materialized view)\b(?!.*\bconcurrently\b)/,
    advice: `${LOCKS}: say CONCURRENTLY`,
  },
]

/** What one action of an ALTER TABLE may not be. */
const ACTIONS: Rule[] = [
  { pattern: /^drop (?!constraint\b)/, advice: DROP, expandOnly: true },
  { pattern: /^rename (?!constraint\b)/, advice: RENAME, expandOnly: true },
  {
    pattern: /^alter (column )?\S+ (set data )?type\b/,
    advice: 'changing a type rewrites the table: add a new column instead',
    expandOnly: true,
  },
  {
    pattern:
      /^add (?!(constraint|check|foreign|unique|primary|exclude)\b)(?!.*\b(default|generated|(small|big)?serial)\b).*\bnot null\b/,
    advice: 'a new NOT NULL column needs a default',
  },
  {
    pattern:
      /^add (?!(constraint|check|foreign|unique|primary|exclude)\b).*(\bdefault \(?(gen_random_uuid|random|clock_timestamp|timeofday|nextval|uuid_generate_\w+) ?\(|\b(small|big)?serial\b|\bgenerated\b)/,
    advice: 'this default differs from row to row and rewrites the table: fill it in batches',
    onOldTables: true,
  },
  {
    pattern: /^add (constraint \S+ )?(foreign key|check)\b(?!.*\bnot valid$)/,
    advice: 'checking every row locks the table: add it NOT VALID, validate it in the next file',
    onOldTables: true,
  },
  {
    pattern: /^add (constraint \S+ )?(unique|primary key)\b(?!.* using index\b)/,
    advice:
      'building its index locks the table: CREATE UNIQUE INDEX CONCURRENTLY, then USING INDEX',
    onOldTables: true,
  },
  {
    pattern: /^alter (column )?\S+ set not null\b/,
    advice: 'this reads the whole table under a lock: validate a CHECK (… IS NOT NULL) first',
    onOldTables: true,
  },
  {
    pattern: /^set (logged|unlogged|tablespace|access method)\b/,
    advice: 'this rewrites the table under a lock',
    onOldTables: true,
  },
]

/** Inside a DO block anything may be built; these words are looked for wherever they stand. */
const IN_BLOCKS: Rule[] = [
  { pattern: /\bdrop (table|column|schema|type|view)\b/, advice: DROP, expandOnly: true },
  { pattern: /\brename (to|column)\b/, advice: RENAME, expandOnly: true },
  { pattern: /\b(truncate|lock table)\b/, advice: LOCKS },
]

/** Before it, no deployment had rows: an index built then locked nobody out. */
const FIRST_RELEASE = '20261123000000'

/**
 * The first danger found, or undefined: DDL that takes long locks or breaks the release that is
 * still running, with what to write instead. Comments and string literals are not looked at.
 */
export function lintMigration(sql: string, kind: Kind, id = '99999999999999'): string | undefined {
  const statements = splitStatements(sql).map(readable)
  const made = new Set(
    statements.flatMap(
      (text) => /^create (?:unlogged )?table (?:if not exists )?([^\s(]+)/.exec(text)?.[1] ?? [],
    ),
  )
  const applies = (rule: Rule) => kind === 'expand' || rule.expandOnly !== true
  for (const text of statements) {
    const advice =
      adviceFor(STATEMENTS.filter(applies), text) ??
      (text.startsWith('do ') ? adviceFor(IN_BLOCKS.filter(applies), text) : undefined) ??
      indexDanger(text, statements, made, id)
    if (advice !== undefined) return advice
    const table = /^alter table (?:if exists )?(?:only )?(\S+) (.*)$/.exec(text)
    if (table === null) continue
    const isNew = made.has(table[1] ?? '')
    const rules = ACTIONS.filter((rule) => applies(rule) && !(isNew && rule.onOldTables === true))
    for (const action of actionsOf(table[2] ?? '')) {
      const found = adviceFor(rules, action)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function adviceFor(rules: readonly Rule[], text: string): string | undefined {
  return rules.find(({ pattern }) => pattern.test(text))?.advice
}

/** True when the file must run outside of a transaction: it builds or drops indexes CONCURRENTLY. */
export function runsOutsideTransaction(sql: string): boolean {
  return splitStatements(sql).some((statement) => isConcurrent(readable(statement)))
}

function isConcurrent(text: string): boolean {
  return /^(create (unique )?index|drop index|reindex .*) concurrently\b/.test(text)
}

function indexDanger(
  text: string,
  statements: readonly string[],
  made: ReadonlySet<string>,
  id: string,
): string | undefined {
  if (isConcurrent(text)) {
    return statements.every(isConcurrent)
      ? undefined
      : 'CONCURRENTLY cannot run inside a transaction: put it into a file of its own'
  }
  const table = /^create (?:unique )?index (?:if not exists )?(?:\S+ )?on (?:only )?([^\s(]+)/.exec(
    text,
  )
  if (table === null || made.has(table[1] ?? '') || id < FIRST_RELEASE) return undefined
  return 'building this index locks out every writer: CREATE INDEX CONCURRENTLY in a file of its own'
}

/** Lower-case, single spaces, without comments and texts; the body of a DO block is kept. */
function readable(statement: string): string {
  const isBlock = /^\s*do\b/i.test(withoutComments(statement))
  return sqlTokens(statement)
    .map(({ kind, text }) => {
      if (kind === 'comment') return ' '
      if (kind === 'string') return "''"
      if (kind === 'dollar')
        return isBlock ? readable(text.replace(/^\$[^$]*\$|\$[^$]*\$$/g, ' ')) : "''"
      return text
    })
    .join('')
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .trim()
}

function withoutComments(statement: string): string {
  return sqlTokens(statement)
    .map(({ kind, text }) => (kind === 'comment' ? ' ' : text))
    .join('')
}

/** The actions of an ALTER TABLE: its commas outside of parentheses part them. */
function actionsOf(text: string): string[] {
  const actions: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1
    else if (text[at] === ')') depth -= 1
    else if (text[at] === ',' && depth === 0) {
      actions.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  return [...actions, text.slice(start).trim()]
}
