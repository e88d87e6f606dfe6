import { createHash } from 'node:crypto'
import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { sqliteErrors } from './errors.ts'
import { type ImportMap, mapSchema } from './map-schema.ts'

/** Something wrong with the map, and the way to it: `['tables', 'User', 'columns', 'email']`. */
export type MapProblem = { path: readonly string[]; message: string }

export type MapFile = {
  name: string
  map: ImportMap
  /** @throws {MinatoError} SQLITE_IMPORT_MAP_INVALID with the line of each problem, if there are any. */
  refuse(problems: readonly MapProblem[]): void
}

/**
 * Reads a map: YAML or JSON (which is YAML too).
 *
 * @throws {MinatoError} SQLITE_IMPORT_MAP_INVALID: every problem with its line and column.
 */
export function parseMap(name: string, text: string): MapFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true })
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0])
      return `${name}:${line}:${col} ${message.split('\n')[0]?.replace(/ at line.*$/, '') ?? ''}`
    })
    throw sqliteErrors.SQLITE_IMPORT_MAP_INVALID({ problems: problems.join('\n') })
  }
  const refuse = (problems: readonly MapProblem[]): void => {
    if (problems.length === 0) return
    const told = problems.map(({ path, message }) => {
      const { line, col } = lines.linePos(placeOf(document, path))
      return `${name}:${line}:${col} ${path.length === 0 ? '' : `${path.join('.')}: `}${message}`
    })
    throw sqliteErrors.SQLITE_IMPORT_MAP_INVALID({ problems: told.join('\n') })
  }
  const parsed = mapSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
  if (parsed.success) return { name, map: parsed.data, refuse }
  refuse(parsed.error.issues.flatMap((issue) => problemsOf(issue)))
  throw sqliteErrors.SQLITE_IMPORT_MAP_INVALID({ problems: name })
}

/** Offset of the node, or of the nearest one above it that is there. */
function placeOf(document: Document, path: readonly string[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return 0
}

/** A union says only that nothing fitted: the branch that got furthest says what is wrong. */
function problemsOf(issue: z.core.$ZodIssue, above: readonly string[] = []): MapProblem[] {
  const path = [...above, ...issue.path.map(String)]
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.filter((branch) => branch.length > 0)
    const deepest = branches.toSorted((a, b) => depth(b) - depth(a))[0] ?? []
    return deepest.flatMap((inner) => problemsOf(inner, path))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key],
      message: 'is not known here; see docs/guide/import-sqlite.md',
    }))
  }
  return [{ path, message: issue.message }]
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(
    ...issues.map((issue) => issue.path.length * 2 + (issue.code === 'invalid_type' ? 0 : 1)),
  )
}

/** Says whether two runs mean the same by a table. */
export function hashOf(part: unknown): string {
  return createHash('sha256').update(JSON.stringify(part)).digest('hex')
}
