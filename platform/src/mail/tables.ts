import type { Generated } from 'kysely'

export type MailState = 'queued' | 'sending' | 'sent' | 'failed' | 'suppressed'
export type SuppressionReason = 'bounce' | 'complaint' | 'manual'

export type OutboxTable = {
  id: string
  idempotency_key: string | null
  recipient: string
  template: string
  locale: 'ja' | 'en'
  kind: 'transactional'
  state: MailState
  body: string | null
  attempts: Generated<number>
  next_attempt_at: Date
  lease_owner: string | null
  lease_until: Date | null
  reason: string | null
  message_id: string
  created_at: Date
  settled_at: Date | null
  opened_at: Date | null
  clicked_at: Date | null
}

export type MailTables = {
  'minato.mail_outbox': OutboxTable
  'minato.mail_suppressions': {
    address_key: string
    reason: SuppressionReason
    created_at: Date
  }
  'minato.mail_events': { event_id: string; received_at: Date }
}
