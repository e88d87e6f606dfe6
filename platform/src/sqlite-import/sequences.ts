import type { LinkedTable } from './linked.ts'
import { quoted } from './quoted.ts'
import type { Session } from './target.ts'

/** Moves each sequence past the greatest number that is there, and never back. */
export async function moveSequences(session: Session, table: LinkedTable): Promise<void> {
  const name = quoted(table.target.schema, table.target.name)
  for (const { target } of table.columns) {
    if (target.sequence === null) continue
    await session.query(
      `select setval($1::regclass, m.most)
         from (select max(${quoted(target.name)}) as most from ${name}) m, ${target.sequence} s
        where m.most > s.last_value or (m.most = s.last_value and not s.is_called)`,
      [target.sequence],
    )
  }
}
