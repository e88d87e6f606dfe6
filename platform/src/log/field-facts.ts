/** Fields that say something of the secret they stand under: `{"password": {"type": "string"}}` of a schema. */
export const DESCRIBES =
  /^(?:type|format|description|title|message|code|reason|status|kind|path|rule|error|expected|received|scope|algorithm|alg|short|in|ref|\$ref)$|(?:At|_at)$/

/** What a form says of a field: `"password": ["must be at least 12 characters"]`. */
export function isMessage(value: string): boolean {
  return (
    / /.test(value) &&
    /\b(?:must|required|invalid|too|at least|at most|should|expected|cannot|missing|characters?)\b|[。です]$/i.test(
      value,
    )
  )
}
