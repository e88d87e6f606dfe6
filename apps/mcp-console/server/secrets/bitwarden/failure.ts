/** Why a call of the Bitwarden program came to nothing. */
export type BwReason =
  | 'credentials_wrong'
  | 'code_required'
  | 'code_wrong'
  | 'item_missing'
  | 'item_ambiguous'
  | 'session_ended'
  | 'rate_limited'
  | 'unreachable'
  | 'timeout'
  | 'too_much'
  | 'answer_unreadable'
  | 'program_missing'
  | 'failed'

/** Carries a reason and the exit code, and nothing that the program wrote. */
export class BwFailure extends Error {
  readonly reason: BwReason
  readonly exitCode: number | null
  constructor(reason: BwReason, exitCode: number | null = null) {
    super(`The Bitwarden program failed: ${reason}.`)
    this.name = 'BwFailure'
    this.reason = reason
    this.exitCode = exitCode
  }
}

type Ended = {
  exitCode: number | null
  stdout: string
  stderr: string
  ended?: 'timeout' | 'aborted' | 'too_much' | undefined
}

/** In this order: a question that nobody answered is on stderr before the reason that follows from it. */
const MEANINGS: [RegExp, BwReason][] = [
  [/Two-step token is invalid|Invalid New Device OTP|invalid two[- ]step/i, 'code_wrong'],
  [
    /username or password is incorrect|invalid master password|client_id or client_secret is incorrect/i,
    'credentials_wrong',
  ],
  [/master password is incorrect|email address is invalid|invalid api key/i, 'credentials_wrong'],
  [
    /Code is required|No provider selected|two-step login is required|new device verification/i,
    'code_required',
  ],
  [/Rate limit exceeded|too many requests|\b429\b/i, 'rate_limited'],
  [/More than one result was found/i, 'item_ambiguous'],
  [/^Not found\.?$/im, 'item_missing'],
  [
    /You are not logged in|vault is locked|master password is required|session key is invalid/i,
    'session_ended',
  ],
  [
    /FetchError|ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|certificate|self-signed/i,
    'unreachable',
  ],
  [/\b(?:401|unauthorized|invalid_grant)\b/i, 'session_ended'],
]

/** Reads the end of a run for its meaning. The texts are the program's own; none of them goes any further. */
export function failureOf({ exitCode, stdout, stderr, ended }: Ended): BwFailure {
  if (ended === 'timeout' || ended === 'too_much') return new BwFailure(ended, exitCode)
  if (exitCode === 127 || exitCode === 126 || stderr === 'spawn failed') {
    return new BwFailure('program_missing', exitCode)
  }
  const said = `${stderr}\n${stdout.slice(0, 4096)}`
  const meaning = MEANINGS.find(([pattern]) => pattern.test(said))
  return new BwFailure(meaning?.[1] ?? 'failed', exitCode)
}
