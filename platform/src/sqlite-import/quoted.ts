/** A name as both SQLite and PostgreSQL take it, whatever is in it. */
export function quoted(...names: readonly string[]): string {
  return names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')
}

/** A text as a constant of both. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
