/** DDL that takes long locks or breaks the release that is still running, and what to write instead. */
const DANGERS: { pattern: RegExp; expandOnly: boolean; advice: string }[] = [
  {
    pattern: /\bdrop\s+(table|column|schema|type|view)\b/i,
    expandOnly: true,
    advice: 'dropping belongs in a contract migration, one release later',
  },
  {
    pattern: /\brename\s+(to|column)\b/i,
    expandOnly: true,
    advice: 'renaming breaks the running release: add the new name, copy, drop later',
  },
  {
    pattern: /\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/i,
    expandOnly: true,
    advice: 'changing a type rewrites the table: add a new column instead',
  },
  {
    pattern:
      /\badd\s+column\s+(?:if\s+not\s+exists\s+)?\S+\s+[^,;]*\bnot\s+null\b(?![^,;]*\bdefault\b)/i,
    expandOnly: false,
    advice: 'a new NOT NULL column needs a default',
  },
  {
    pattern: /\b(truncate|lock\s+table|vacuum\s+full|cluster)\b/i,
    expandOnly: false,
    advice: 'this statement locks out every reader',
  },
  {
    pattern: /\bcreate\s+(?:unique\s+)?index\s+concurrently\b/i,
    expandOnly: false,
    advice: 'CONCURRENTLY cannot run inside the migration transaction',
  },
]

/** The first danger found, or undefined. Comments and string literals are not looked at. */
export function lintMigration(sql: string, kind: 'expand' | 'contract'): string | undefined {
  const code = sql
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/'(?:[^']|'')*'/g, "''")
  return DANGERS.find(
    (danger) => (kind === 'expand' || !danger.expandOnly) && danger.pattern.test(code),
  )?.advice
}
