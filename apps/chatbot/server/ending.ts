import { definedErrors } from '@minato/platform/errors'
import type { Selectable } from 'kysely'
import type { Ending } from './live-answer.ts'
import type { ChatbotTables } from './tables.ts'

/** How a stored answer ended; undefined while it is being written. */
export function endingFromRow(
  row: Selectable<ChatbotTables['chatbot.messages']>,
): Ending | undefined {
  if (row.state === 'streaming') return undefined
  const { state, finish_reason: finishReason, error_code: code } = row
  if (code === null) return { state, finishReason }
  const detail = definedErrors()[code]?.detail ?? { en: code, ja: code }
  return { state, finishReason, error: { code, detail } }
}
