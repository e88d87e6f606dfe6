/**
 * Makes a text that matches a regular expression: literals, classes, groups, alternation and
 * quantifiers, which is what schemas use. A text of the prompt that already matches is taken
 * first. What cannot be sampled (look-around, back references) gives an empty string.
 */
export function matchPattern(pattern: string, prompt: string, least: number, most: number): string {
  let regex: RegExp
  try {
    regex = new RegExp(pattern, 'u')
  } catch {
    return ''
  }
  const fits = (text: string) => text.length >= least && text.length <= most && regex.test(text)
  for (const word of prompt.split(/[\s、。「」,]+/)) if (fits(word)) return word
  for (const extra of [0, 1, 2, 4, 8, 16, 32, least]) {
    const sample = new Sampler(pattern, extra).alternatives()
    if (fits(sample)) return sample
  }
  return new Sampler(pattern, 0).alternatives()
}

const CLASSES: Record<string, string> = { d: '0', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' }
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r' }

class Sampler {
  #at = 0
  readonly #pattern: string
  readonly #extra: number

  /** `extra`: how many more than the least an open quantifier gives. */
  constructor(pattern: string, extra: number) {
    this.#pattern = pattern
    this.#extra = extra
  }

  /** The first alternative; the others are read past. */
  alternatives(): string {
    const first = this.#sequence()
    while (this.#peek() === '|') {
      this.#at++
      this.#sequence()
    }
    return first
  }

  #peek(): string | undefined {
    return this.#pattern[this.#at]
  }

  #sequence(): string {
    let made = ''
    while (this.#at < this.#pattern.length && this.#peek() !== '|' && this.#peek() !== ')') {
      const start = this.#at
      const atom = this.#atom()
      made += atom.repeat(this.#quantifier())
      if (this.#at === start) this.#at++
    }
    return made
  }

  #atom(): string {
    const character = this.#pattern[this.#at++] ?? ''
    if (character === '^' || character === '$') return ''
    if (character === '.') return 'a'
    if (character === '[') return this.#characterClass()
    if (character === '\\') return this.#escape()
    if (character !== '(') return character
    const group = /^\?(?::|<[A-Za-z]\w*>)/.exec(this.#pattern.slice(this.#at))
    this.#at += group?.[0].length ?? 0
    const inner = this.alternatives()
    this.#at++
    return inner
  }

  #escape(): string {
    const letter = this.#pattern[this.#at++] ?? ''
    if (letter === 'b' || letter === 'B') return ''
    const property = /^\{(\^?)([^}]*)\}/.exec(this.#pattern.slice(this.#at))
    if ((letter === 'p' || letter === 'P') && property) {
      this.#at += property[0].length
      return propertySample(property[2] ?? '')
    }
    return CLASSES[letter] ?? ESCAPES[letter] ?? letter
  }

  #characterClass(): string {
    const end = this.#classEnd()
    const source = this.#pattern.slice(this.#at - 1, end + 1)
    this.#at = end + 1
    const regex = new RegExp(`^${source}$`, 'u')
    return [...'a0A-_ .あ亜ア@/:'].find((sample) => regex.test(sample)) ?? firstOf(source)
  }

  #classEnd(): number {
    for (let at = this.#at; at < this.#pattern.length; at++) {
      if (this.#pattern[at] === '\\') at++
      else if (this.#pattern[at] === ']') return at
    }
    return this.#pattern.length
  }

  #quantifier(): number {
    const match = /^(?:([*+?])|\{(\d+)(,?)(\d*)\})\??/.exec(this.#pattern.slice(this.#at))
    if (!match) return 1
    this.#at += match[0].length
    const [, sign, low, open, high] = match
    if (sign === '?') return 0
    if (sign) return Math.max(1, this.#extra)
    const least = Number(low)
    if (open === '') return least
    return Math.min(least + this.#extra, high ? Number(high) : 1000)
  }
}

function firstOf(source: string): string {
  const inside = source.replace(/^\[\^?/, '')
  return inside.startsWith('\\') ? (inside[1] ?? '') : ([...inside][0] ?? '')
}

function propertySample(property: string): string {
  if (/Hiragana/.test(property)) return 'あ'
  if (/Katakana/.test(property)) return 'ア'
  if (/Han/.test(property)) return '港'
  if (/^Lu/.test(property)) return 'A'
  return /^N/.test(property) ? '0' : 'a'
}
