import { sanitize } from '../../log/index.ts'
import type { OutputFinding, Stage } from './output-stage.ts'

const REPLACEMENT = '[secret]'
/** What keys of well-known makers begin with; the run of characters that follows is held until it ends. */
const PREFIX =
  /(?:sk-|sk_|pk_|rk_|ghp_|gho_|ghu_|ghs_|ghr_|github_pat_|glpat-|AKIA|ASIA|AIza|ya29\.|xox[abeprs]-|eyJ|SG\.|npm_|pypi-|hf_|shpat_|dop_v1_|whsec_|=)$/
const MAX_PREFIX_CHARS = 12
const PRIVATE_KEY = /PRIVATE KEY(?: BLOCK)?-----$/
const PRIVATE_KEY_END = /-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----/
const PEM_HEAD = /^-{1,5}$|^-----B(?:E(?:G(?:I(?:N(?: [A-Z0-9 ]{0,48}-{0,5})?)?)?)?)?$/
const DASHES = 5
const MAX_PEM_LINE_CHARS = 96
/** A run this long with letters and digits may be a key without a known prefix: sanitize() decides. */
const SUSPICIOUS_CHARS = 16
const MAX_HELD_CHARS = 8_192

const isRunChar = (char: string): boolean => /[\w.~+/=-]/.test(char)

/** The beginning of a PEM line that the text now ends with; empty when there is none. */
function nextHead(head: string, char: string): string {
  const longer = head + char
  if (PEM_HEAD.test(longer)) return longer
  if (char !== '-') return ''
  return /^-+$/.test(head) ? '-'.repeat(DASHES) : '-'
}

/** One run of characters a key may consist of. Whether it is one is asked once, when it ends. */
type Run = {
  text: string
  tail: string
  digits: boolean
  letters: boolean
  held: boolean
  sent: number
}

const emptyRun = (): Run => ({
  text: '',
  tail: '',
  digits: false,
  letters: false,
  held: false,
  sent: 0,
})

function mayBeSecret(run: Run): boolean {
  if (PREFIX.test(run.tail)) return true
  return run.text.length >= SUSPICIOUS_CHARS && run.digits && run.letters
}

class SecretStage implements Stage {
  #run = emptyRun()
  #head = ''
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
    const inside = this.#pem !== undefined
    this.#pem = undefined
    return inside ? '' : this.#finish()
  }

  #take(char: string): string {
    if (this.#pem !== undefined) {
      const text = this.#pem + char
      this.#pem = PRIVATE_KEY_END.test(text) ? undefined : text.slice(-MAX_PEM_LINE_CHARS)
      return ''
    }
    this.#head = nextHead(this.#head, char)
    const inHead = this.#head.length > DASHES
    if (!inHead && !isRunChar(char)) return this.#finish() + char
    const run = this.#run
    run.text += char
    if (inHead && PRIVATE_KEY.test(this.#head)) return this.#startKey()
    if (run.held) return run.text.length > MAX_HELD_CHARS ? this.#finish() : ''
    run.tail = (run.tail + char).slice(-MAX_PREFIX_CHARS)
    run.digits ||= char >= '0' && char <= '9'
    run.letters ||= /[A-Za-z]/.test(char)
    run.held = inHead || mayBeSecret(run)
    if (run.held) return ''
    run.sent = run.text.length
    return char
  }

  #startKey(): string {
    const { text, sent } = this.#run
    const before = text.slice(sent, Math.max(sent, text.length - this.#head.length))
    this.#report({ kind: 'secret', detail: 'a private key' })
    this.#pem = ''
    this.#head = ''
    this.#run = emptyRun()
    return before + REPLACEMENT
  }

  /** The run has ended: what was held goes out, or its replacement. */
  #finish(): string {
    const { text, held, sent } = this.#run
    this.#run = emptyRun()
    if (!held) return ''
    const masked = sanitize(text)
    if (masked === text) return text.slice(sent)
    this.#report({ kind: 'secret', detail: 'a text shaped like a key or token' })
    return masked.startsWith(text.slice(0, sent)) ? masked.slice(sent) : REPLACEMENT
  }
}

/** Removes what is shaped like a secret: keys of well-known makers, JSON web tokens, private keys. */
export function createSecretStage(report: (finding: OutputFinding) => void): Stage {
  return new SecretStage(report)
}
