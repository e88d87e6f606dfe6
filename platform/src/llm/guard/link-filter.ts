import { type LinkJudge, linkJudge } from './link-safety.ts'
import type { OutputFinding, Stage } from './output-stage.ts'

const REPLACEMENT = '#unsafe-link-removed'
const MAX_URL_CHARS = 4_096
const MAX_DEPTH = 64
const MAX_TAG_CHARS = 4_096
/** Attributes a browser follows, and CSS that loads. Read at the end of the tag so far. */
const URL_ATTRIBUTE =
  /(?:[\s"'/](src|href|srcset|action|formaction|poster|background|data|cite|xlink:href|longdesc|ping)\s{0,8}=\s{0,8}["']?|url\(\s{0,8}["']?|;\s{0,4}url\s{0,4}=\s{0,4}["']?)$/i

/** A bare address is a link too: pages make one of it. */
const BARE = /(?:https?:\/\/|(?<![\w.])www\.)$/i
const BARE_STOP = /[\s<>()[\]"'`|、。，．「」『』（）]/

type Destination = {
  loads: boolean
  /** What of the address went out before it was known to be one. */
  lead: string
  text: string
  /** Characters that end it. */
  stop: RegExp
  depth: number
}

/**
 * Follows Markdown and HTML just far enough to know when a link's address begins; holds back the address only,
 * never the words around it. When in doubt it takes an address for one that loads by itself.
 */
class LinkStage implements Stage {
  /** Open brackets; true for an image. */
  #brackets: boolean[] = []
  #closed: boolean | undefined
  #previous = ''
  /** The last characters, as far as `https://` is long. */
  #tail = ''
  #tag: string | undefined
  #expects: { loads: boolean; stop: RegExp } | undefined
  #destination: Destination | undefined
  readonly #judge: LinkJudge
  readonly #report: (finding: OutputFinding) => void

  constructor(judge: LinkJudge, report: (finding: OutputFinding) => void) {
    this.#judge = judge
    this.#report = report
  }

  push(delta: string): string {
    let out = ''
    for (const char of delta) out += this.#take(char)
    return out
  }

  end(): string {
    return this.#destination === undefined ? '' : this.#finish(this.#destination)
  }

  #take(char: string): string {
    if (this.#destination !== undefined) return this.#collect(this.#destination, char)
    if (this.#expects !== undefined) {
      const { loads, stop } = this.#expects
      if (/\s/.test(char)) return char
      this.#expects = undefined
      // `[注]: これは…` is prose: no address begins with such a character.
      if (/[\x21-\x7E]/.test(char) && !stop.test(char)) {
        const angled = char === '<'
        this.#destination = { loads, lead: '', text: char, stop: angled ? /[>\n]/ : stop, depth: 0 }
        return ''
      }
    }
    this.#follow(char)
    this.#previous = char
    this.#followBare(char)
    return char
  }

  #followBare(char: string): void {
    this.#tail = (this.#tail + char).slice(-8)
    if ((char !== '/' && char !== '.') || this.#tag !== undefined) return
    const lead = BARE.exec(this.#tail)?.[0]
    if (lead === undefined) return
    this.#tail = ''
    this.#destination = { loads: false, lead, text: '', stop: BARE_STOP, depth: 0 }
  }

  #follow(char: string): void {
    if (this.#tag !== undefined) {
      this.#followTag(this.#tag, char)
      return
    }
    const closed = this.#closed
    this.#closed = undefined
    if (char === '<') this.#tag = ''
    else if (char === '[') {
      if (this.#brackets.length < MAX_DEPTH) this.#brackets.push(this.#previous === '!')
    } else if (char === ']') this.#closed = this.#brackets.pop() ?? true
    else if (char === '(' && closed !== undefined) this.#expects = { loads: closed, stop: /[)\s]/ }
    // A reference definition serves links and images alike.
    else if (char === ':' && closed !== undefined) this.#expects = { loads: true, stop: /\s/ }
  }

  #followTag(tag: string, char: string): void {
    const text = tag + char
    if (char === '>' || text.length > MAX_TAG_CHARS || !/^[\s/!?]{0,2}[a-z]/i.test(`${text}a`)) {
      this.#tag = char === '<' ? '' : undefined
      return
    }
    this.#tag = text
    // <javascript:…> is a link of its own in Markdown.
    if (char === ':' && /^[a-z][a-z0-9+.-]{0,31}:$/i.test(text)) {
      this.#tag = undefined
      this.#destination = { loads: false, lead: '', text: '', stop: /[>\n]/, depth: 0 }
      const verdict = this.#judge(`${text}x`, false)
      if (verdict === undefined) this.#destination = undefined
      else this.#destination.text = text
      return
    }
    const attribute = /["'=(]$|\s$/.test(text) ? URL_ATTRIBUTE.exec(text.slice(-64)) : null
    if (attribute === null || (/[=(]\s*$/.test(text) === false && !/["']$/.test(text))) return
    const quote = /["']$/.exec(text)?.[0]
    const loads = !/^\/?a(?:rea)?\s/i.test(text) || attribute[1]?.toLowerCase() !== 'href'
    this.#expects = { loads, stop: quote === undefined ? /["'\s>]/ : new RegExp(`[${quote}>]`) }
  }

  #collect(destination: Destination, char: string): string {
    const nested = char === '(' ? 1 : char === ')' ? -1 : 0
    const open = destination.depth > 0 && nested === -1
    if (!open && destination.stop.test(char)) {
      const out = this.#finish(destination)
      return out + (char === '>' && destination.text.startsWith('<') ? char : this.#take(char))
    }
    destination.depth += nested
    // Beyond any address a browser loads: keep its beginning for the verdict, drop the rest.
    if (destination.text.length <= MAX_URL_CHARS) destination.text += char
    return ''
  }

  #finish(destination: Destination): string {
    this.#destination = undefined
    const { text, loads, lead } = destination
    const endless = text.length > MAX_URL_CHARS
    const scheme = /^www/i.test(lead) ? 'https://' : ''
    const why = endless ? 'an endless address' : this.#judge(scheme + lead + text, loads)
    if (why === undefined) return text
    this.#report({ kind: 'unsafe-link', detail: why })
    return text.startsWith('<') ? `<${REPLACEMENT}` : REPLACEMENT
  }
}

/** Replaces addresses of unsafe links: javascript:, data:, images that carry data to a stranger. */
export function createLinkStage(
  imageHosts: readonly string[] | undefined,
  report: (finding: OutputFinding) => void,
): Stage {
  return new LinkStage(linkJudge(imageHosts), report)
}
