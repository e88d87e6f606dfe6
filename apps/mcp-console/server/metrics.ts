import type { AppMetric } from '@minato/platform/observe'
import { sql } from 'kysely'

export const toolCallsCounted = {
  kind: 'counter',
  name: 'mcp_console_tool_calls_total',
  help: 'Calls through the gateway by outcome; held: a tool whose description changed.',
  labels: { outcome: ['ok', 'tool-error', 'error', 'timeout', 'refused', 'held'] },
} as const satisfies AppMetric

export const mcpConsoleMetrics: readonly AppMetric[] = [
  toolCallsCounted,
  {
    kind: 'gauge',
    name: 'mcp_console_servers',
    help: 'Servers in containers by state.',
    labelNames: ['state'],
    needs: 'mcp_console.containers',
    async read(db) {
      const { rows } = await sql<{ state: string; count: number }>`
        select state, count(*) as count from mcp_console.containers group by state`.execute(db)
      return rows.map(({ state, count }) => ({ labels: { state }, value: Number(count) }))
    },
  },
  {
    kind: 'gauge',
    name: 'mcp_console_gateway_sessions',
    help: 'Clients of the gateway with a session that has not ended.',
    needs: 'mcp_console.gateway_sessions',
    async read(db) {
      const { rows } = await sql<{ count: number }>`
        select count(*) as count from mcp_console.gateway_sessions where ended_at is null`.execute(
        db,
      )
      return rows.map(({ count }) => ({ value: Number(count) }))
    },
  },
]
