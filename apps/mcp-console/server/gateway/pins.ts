import { createHash } from 'node:crypto'
import type { GatewayDatabase } from './tables.ts'

/** What a model is told of a tool: a change of any of it can change what the model does. */
export type Definition = Record<string, unknown> & { name: string }
const PINNED = ['name', 'title', 'description', 'inputSchema', 'outputSchema', 'annotations']

export function definitionOf(tool: Definition): Record<string, unknown> {
  return Object.fromEntries(PINNED.filter((key) => key in tool).map((key) => [key, tool[key]]))
}

/** SHA-256 of the definition, whatever the order of its keys. */
export function hashOf(tool: Definition): string {
  return createHash('sha256')
    .update(canonical(definitionOf(tool)))
    .digest('hex')
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/**
 * Compares a server's tools with what was approved and remembers what is new. The first list of a
 * server is approved with it: adding it to a profile was the decision. What appears or changes
 * later waits for a person.
 * @returns names of the tools that may be used
 */
export async function checkPins(
  db: GatewayDatabase,
  ref: string,
  tools: readonly Definition[],
  now: Date,
): Promise<Set<string>> {
  const rows = await db
    .selectFrom('mcp_console.tool_pins')
    .select(['tool', 'hash', 'seen_hash'])
    .where('server_ref', '=', ref)
    .execute()
  const known = new Map(rows.map((row) => [row.tool, row]))
  const approved = new Set<string>()
  const first = rows.length === 0
  for (const tool of tools) {
    const hash = hashOf(tool)
    const row = known.get(tool.name)
    if (first || row?.hash === hash) approved.add(tool.name)
    if (row === undefined) await addPin(db, ref, tool, hash, first, now)
    else if (row.hash === hash && row.seen_hash !== null) await settlePin(db, ref, tool.name)
    else if (row.hash !== hash && row.seen_hash !== hash) await holdPin(db, ref, tool, hash, now)
  }
  return approved
}

async function addPin(
  db: GatewayDatabase,
  ref: string,
  tool: Definition,
  hash: string,
  approve: boolean,
  now: Date,
): Promise<void> {
  const definition = JSON.stringify(definitionOf(tool))
  await db
    .insertInto('mcp_console.tool_pins')
    .values({
      server_ref: ref,
      tool: tool.name,
      hash: approve ? hash : null,
      definition: approve ? definition : null,
      seen_hash: approve ? null : hash,
      seen_definition: approve ? null : definition,
      first_seen_at: now,
      changed_at: approve ? null : now,
      decided_at: null,
      decided_by: null,
    })
    // Another process listed the server at the same moment.
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

async function holdPin(
  db: GatewayDatabase,
  ref: string,
  tool: Definition,
  hash: string,
  now: Date,
): Promise<void> {
  await db
    .updateTable('mcp_console.tool_pins')
    .set({
      seen_hash: hash,
      seen_definition: JSON.stringify(definitionOf(tool)),
      changed_at: now,
    })
    .where('server_ref', '=', ref)
    .where('tool', '=', tool.name)
    .execute()
}

/** The server went back to what was approved. */
async function settlePin(db: GatewayDatabase, ref: string, tool: string): Promise<void> {
  await db
    .updateTable('mcp_console.tool_pins')
    .set({ seen_hash: null, seen_definition: null })
    .where('server_ref', '=', ref)
    .where('tool', '=', tool)
    .execute()
}
