import { sanitize } from '@minato/platform/log'
import { toolCallsCounted } from '../metrics.ts'
import type { Call } from './call.ts'
import type { ServerCall } from './call-server.ts'
import type { CallOutcome } from './tables.ts'

/** What came of a call. */
export type Account = {
  outcome: CallOutcome
  errorCode: number | null
  resultBytes: number
  masked: boolean
  truncated: boolean
}

const MAX_NAME = 500

/** Puts a call that went to a server on record, or one that limits kept from it. */
export function recordCall(
  call: Call,
  { server, method, name }: ServerCall,
  account: Account,
  durationMs: number,
): void {
  add(call, { ref: server.ref, method, name, durationMs, ...account })
}

/** The same for a tool that the client may not use, or nobody has. */
export function recordRefusal(
  call: Call,
  refusal: { name: string; outcome: CallOutcome; errorCode: number; ref: string | null },
): void {
  const nothing = { resultBytes: 0, masked: false, truncated: false, durationMs: 0 }
  add(call, { method: 'tools/call', ...nothing, ...refusal })
}

type Entry = Account & { ref: string | null; method: string; name: string; durationMs: number }

function add({ gateway, principal, profile, session, requestBytes }: Call, entry: Entry): void {
  gateway.services.metrics.counter(toolCallsCounted).inc({ outcome: entry.outcome })
  gateway.calls.add({
    at: new Date(gateway.services.clock()),
    user_id: principal.userId,
    key_id: principal.keyId ?? null,
    profile_id: profile.id,
    session_id: session.id,
    server_ref: entry.ref,
    method: entry.method,
    // An address may hold a token.
    name: sanitize(entry.name).slice(0, MAX_NAME),
    duration_ms: Math.round(entry.durationMs * 1000) / 1000,
    outcome: entry.outcome,
    error_code: entry.errorCode,
    request_bytes: requestBytes,
    result_bytes: entry.resultBytes,
    masked: entry.masked,
    truncated: entry.truncated,
  })
}
