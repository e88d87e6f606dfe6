import type { Bilingual } from '../config/index.ts'
import { MinatoError } from '../errors/index.ts'

/** What is written down of a failure: its code, and a sentence that says what to do. */
export function asFailure(error: unknown): { code: string; detail: Bilingual } {
  if (error instanceof MinatoError) return { code: error.code, detail: error.detail }
  if (error instanceof Error && error.name === 'AbortError') {
    return { code: 'BACKUP_CANCELLED', detail: { en: 'It was cancelled.', ja: '中止されました。' } }
  }
  return {
    code: 'BACKUP_UNEXPECTED',
    detail: {
      en: 'It failed for a reason nobody foresaw; the log has it.',
      ja: '想定外の理由で失敗しました。ログを確認してください。',
    },
  }
}
