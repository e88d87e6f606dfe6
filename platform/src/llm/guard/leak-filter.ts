import { advance, type LeakPattern, leakPatterns } from './leak-patterns.ts'
import type { OutputFinding, Stage } from './output-stage.ts'
import { PercentReader } from './percent-reader.ts'
import {
  EMPTY_RUN,
  extend,
  isHeld,
  isLeak,
  type Run,
  type Shingles,
  shinglesOf,
} from './prompt-shingles.ts'
import { skeletonOf } from './skeleton.ts'

type LeakOptions = {
  systemPrompt: string
  canaries: readonly string[]
  secrets: readonly string[]
}

/** A partial match shorter than this goes out: three characters of a canary tell nothing … */
const MIN_HELD_CHARS = 4
/** … but three of a short secret are most of it. */
const MIN_HELD_CHARS_EXACT = 1
const REPLACEMENT = '[removed]'

/** Positions are counted in raw characters of `held`; `at[i]` is where the i-th last skeleton char stands. */
class LeakStage implements Stage {
  #held = ''
  #starts: number[] = []
  #run: Run = EMPTY_RUN
  #leaking = false
  /** Spaces and marks inside a leak: they go with it, or out when it ends. */
  #between = ''
  readonly #percent = new PercentReader()
  readonly #matched: number[]
  readonly #patterns: readonly LeakPattern[]
  readonly #shingles: Shingles
  readonly #report: (finding: OutputFinding) => void

  constructor(options: LeakOptions, report: (finding: OutputFinding) => void) {
    this.#patterns = leakPatterns(options.canaries, options.secrets)
    this.#shingles = shinglesOf(options.systemPrompt)
    this.#matched = this.#patterns.map(() => 0)
    this.#report = report
  }

  push(delta: string): string {
    let out = ''
    for (const char of delta) {
      if (char !== '%' && this.#percent.idle) out += this.#take(char, char)
      else for (const { raw, says } of this.#percent.push(char)) out += this.#take(raw, says)
    }
    return out
  }

  end(): string {
    let out = ''
    for (const { raw, says } of this.#percent.end()) out += this.#take(raw, says)
    out += this.#between + this.#held
    this.#between = ''
    this.#held = ''
    this.#starts = []
    return out
  }

  #take(raw: string, says: string): string {
    const plain = skeletonOf(says)
    if (this.#leaking && plain === '') {
      this.#between += raw
      return ''
    }
    const from = this.#held.length
    this.#held += raw
    for (const unit of plain) {
      this.#starts.push(from)
      this.#followPrompt(unit)
    }
    this.#followPatterns(raw, plain)
    return this.#release()
  }

  #followPrompt(unit: string): void {
    this.#run = extend(this.#run, this.#shingles, unit)
    if (this.#run.chars === 0) {
      if (this.#leaking) this.#resume()
      return
    }
    if (this.#leaking) {
      this.#between = ''
      this.#cut(1, '')
    } else if (isLeak(this.#run, this.#shingles)) {
      this.#leaking = true
      this.#report({
        kind: 'system-prompt',
        detail: 'a passage of the system prompt, word for word',
      })
      this.#cut(this.#run.chars, REPLACEMENT)
    }
  }

  #resume(): void {
    const shift = this.#between.length
    this.#held = this.#between + this.#held
    this.#starts = this.#starts.map((start) => start + shift)
    this.#between = ''
    this.#leaking = false
  }

  #followPatterns(raw: string, plain: string): void {
    for (const [index, pattern] of this.#patterns.entries()) {
      let length = this.#matched[index] ?? 0
      for (const unit of pattern.exact ? raw : plain) length = advance(pattern, length, unit)
      this.#matched[index] = length
      if (length < pattern.text.length) continue
      this.#matched[index] = 0
      this.#report({ kind: pattern.kind, detail: `a known ${pattern.kind}` })
      if (pattern.exact) this.#held = this.#held.slice(0, -length) + REPLACEMENT
      else this.#cut(length, REPLACEMENT)
    }
  }

  /** Replaces the last `chars` skeleton characters, with all that stands between them. */
  #cut(chars: number, replacement: string): void {
    const first = Math.max(0, this.#starts.length - chars)
    const start = this.#starts[first] ?? 0
    this.#held = this.#held.slice(0, start) + replacement
    this.#starts.length = first
  }

  /** How many of the last raw characters may still become a leak. */
  #heldBack(): number {
    let start = this.#held.length
    const back = (chars: number): void => {
      const first = this.#starts[Math.max(0, this.#starts.length - chars)]
      if (first !== undefined) start = Math.min(start, first)
    }
    if (isHeld(this.#run) && !this.#leaking) back(this.#run.chars)
    for (const [index, length] of this.#matched.entries()) {
      const exact = this.#patterns[index]?.exact === true
      if (length < (exact ? MIN_HELD_CHARS_EXACT : MIN_HELD_CHARS)) continue
      if (exact) start = Math.min(start, this.#held.length - length)
      else back(length)
    }
    return start
  }

  #release(): string {
    const end = this.#heldBack()
    if (end === this.#held.length) {
      const all = this.#held
      this.#held = ''
      this.#starts.length = 0
      return all
    }
    if (end === 0) return ''
    const out = this.#held.slice(0, end)
    this.#held = this.#held.slice(end)
    this.#starts = this.#starts.filter((start) => start >= end).map((start) => start - end)
    return out
  }
}

/** Holds back and removes canaries, known secrets and verbatim passages of the system prompt. */
export function createLeakStage(
  options: LeakOptions,
  report: (finding: OutputFinding) => void,
): Stage {
  return new LeakStage(options, report)
}
