import { sql } from 'kysely'
import { type Figure, singleValue } from '../observe/index.ts'

/** What the service level of the audit is measured by: the newest run. */
export const auditFigures: readonly Figure[] = [
  {
    name: 'audit_score',
    help: 'Score of the newest audit, 0 to 100.',
    needs: 'minato.audit_runs',
    read: singleValue(sql`
      select score as value from minato.audit_runs order by started_at desc limit 1`),
  },
  {
    name: 'audit_findings',
    help: 'Findings of the newest audit that nobody has accepted.',
    needs: 'minato.audit_runs',
    read: singleValue(sql`
      select failed as value from minato.audit_runs order by started_at desc limit 1`),
  },
]
