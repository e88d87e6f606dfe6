import type { AppMetric } from '@minato/platform/observe'
import { sql } from 'kysely'

/** How answers ended; `interrupted`: their process was killed or stopped. */
export const answersCounted = {
  kind: 'counter',
  name: 'chatbot_answers_total',
  help: 'Answers by how they ended.',
  labels: { state: ['done', 'stopped', 'failed', 'interrupted'] },
} as const satisfies AppMetric

export const chatbotMetrics: readonly AppMetric[] = [
  answersCounted,
  {
    kind: 'gauge',
    name: 'chatbot_conversations',
    help: 'Conversations by whether their owner put them away.',
    labelNames: ['archived'],
    needs: 'chatbot.conversations',
    async read(db) {
      const { rows } = await sql<{ archived: boolean; count: number }>`
        select archived, count(*) as count from chatbot.conversations group by archived`.execute(db)
      return rows.map(({ archived, count }) => ({
        labels: { archived: String(archived) },
        value: Number(count),
      }))
    },
  },
  {
    kind: 'gauge',
    name: 'chatbot_files_bytes',
    help: 'Size of all documents that people have attached.',
    needs: 'chatbot.files',
    async read(db) {
      const { rows } = await sql<{ bytes: number }>`
        select coalesce(sum(size), 0)::float8 as bytes from chatbot.files`.execute(db)
      return rows.map(({ bytes }) => ({ value: Number(bytes) }))
    },
  },
]
