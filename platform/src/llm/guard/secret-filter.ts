import { sanitize } from '../../log/index.ts'
import type { OutputFinding, Stage } from './output-filter.ts'

const REPLACEMENT = '[secret]'
/** What keys of well-known makers begin with; the run of characters that follows is held until it ends. */
const PREFIX =
  /(?:sk-|sk_|pk_|rk_|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|AKIA|ASIA|AIza|ya29\.|xox[abeprs]-|eyJ|SG\.|npm_|pypi-|hf_|shpat_|dop_v1_|whsec_|-----)/
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
const PRIVATE_KEY_END = /-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
const PEM_HEAD = /-----(?:B(?:E(?:G(?:I(?:N(?: [A-Z0-9 ]{0,48}-{0,5})?)?)?)?)?)?$/
/** A run this long with letters and digits may be a key without a known prefix: sanitize() decides. */
const SUSPICIOUS_CHARS = 16
const MAX_HELD_CHARS = 8_192
/** Plain letters without an end are no key; forget them rather than look at them again and again. */
const MAX_PLAIN_CHARS = 256

const isRunChar = (char: string): boolean => /[A-Za-z0-9._~+/=_-]/.test(char)

function mayBeSecret(run: string): boolean {
  // The newest character completes a prefix or nothing does.
  if (PREFIX.test(run.slice(-12)) || run.endsWith('=')) return true
  return run.length >= SUSPICIOUS_CHARS && /[0-9]/.test(run) && /[A-Za-z]/.test(run)
}

class SecretStage implements Stage {
  #run = ''
  #held = false
  /** How many characters of the run went out before it looked like anything. */
  #sent = 0
  /** Inside a private key nothing goes out until its END line. */
  #pem: string | undefined
  readonly #report: (finding: OutputFinding) => void

  constructor(report: (finding: OutputFinding) => void) {
    this.#report = report
  }

  push(delta: string): string {
    let out = ''
    for (const char of delta) out += this.#take(char)
    return out
  }

  end(): string {
    if (this.#pem !== undefined) {
      this.#pem = undefined
      return ''
    }
    return this.#finish()
  }

  #take(char: string): string {
    if (this.#pem !== undefined) return this.#insideKey(this.#pem + char)
    const head = this.#run + char
    if (this.#held && PEM_HEAD.test(head.slice(-96))) {
      this.#run = head
      return PRIVATE_KEY.test(head.slice(-96)) ? this.#startKey() : ''
    }
    if (!isRunChar(char)) return this.#finish() + char
    this.#run = head
    if (this.#held) return head.length > MAX_HELD_CHARS ? this.#finish() : ''
    this.#held = mayBeSecret(head)
    if (this.#held) return ''
    this.#sent = head.length
    if (head.length > MAX_PLAIN_CHARS) this.#reset()
    return char
  }

  #startKey(): string {
    this.#report({ kind: 'secret', detail: 'a private key' })
    this.#pem = ''
    this.#reset()
    return REPLACEMENT
  }

  #insideKey(text: string): string {
    this.#pem = PRIVATE_KEY_END.test(text) ? undefined : text.slice(-96)
    return ''
  }

  #reset(): void {
    this.#run = ''
    this.#held = false
    this.#sent = 0
  }

  /** The run has ended: what was held goes out, or its replacement. */
  #finish(): string {
    const run = this.#run
    const held = this.#held
    const sent = this.#sent
    this.#reset()
    if (!held) return ''
    const masked = sanitize(run)
    if (masked === run) return run.slice(sent)
    this.#report({ kind: 'secret', detail: 'a text shaped like a key or token' })
    return masked.startsWith(run.slice(0, sent)) ? masked.slice(sent) : REPLACEMENT
  }
}

/** Removes what is shaped like a secret: keys of well-known makers, JSON web tokens, private keys. */
export function createSecretStage(report: (finding: OutputFinding) => void): Stage {
  return new SecretStage(report)
}
