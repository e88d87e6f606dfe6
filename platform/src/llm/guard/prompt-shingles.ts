import { skeleton, weightOf } from './skeleton.ts'

/** Characters of one shingle. Runs of overlapping shingles make a verbatim passage. */
const SHINGLE_CHARS = 6
/** A verbatim run this heavy is a leak: 40 Latin letters (about eight words) or 20 Japanese characters. */
const LEAK_WEIGHT = 40
/** From here on a run is held back, since it may become one. What went out before tells nothing. */
const HOLD_WEIGHT = 14
/** A prompt shorter than this has nothing to leak that an ordinary answer would not also say. */
const MIN_PROMPT_WEIGHT = 24
const MAX_CACHED = 8

export type Shingles = { grams: ReadonlySet<string>; leakWeight: number }

const cache = new Map<string, Shingles>()

function index(prompt: string): Shingles {
  const plain = skeleton(prompt)
  let weight = 0
  for (const char of plain) weight += weightOf(char)
  const grams = new Set<string>()
  if (weight >= MIN_PROMPT_WEIGHT) {
    for (let at = 0; at + SHINGLE_CHARS <= plain.length; at++) {
      grams.add(plain.slice(at, at + SHINGLE_CHARS))
    }
  }
  return { grams, leakWeight: Math.min(LEAK_WEIGHT, Math.max(MIN_PROMPT_WEIGHT, weight * 0.8)) }
}

/** The shingles of a system prompt; the last few prompts are kept, since each answer asks again. */
export function shinglesOf(prompt: string): Shingles {
  const known = cache.get(prompt)
  if (known !== undefined) return known
  const made = index(prompt)
  const oldest = cache.keys().next()
  if (cache.size >= MAX_CACHED && oldest.done !== true) cache.delete(oldest.value)
  cache.set(prompt, made)
  return made
}

/** Follows the output and knows how long its end has been a passage of the prompt. */
export type Run = { window: string; chars: number; weight: number }

export const EMPTY_RUN: Run = { window: '', chars: 0, weight: 0 }

/** The run after one more skeleton character; chars 0 when the passage has ended. */
export function extend(run: Run, shingles: Shingles, char: string): Run {
  const window = (run.window + char).slice(-SHINGLE_CHARS)
  if (window.length < SHINGLE_CHARS || !shingles.grams.has(window)) {
    return { window, chars: 0, weight: 0 }
  }
  if (run.chars > 0) return { window, chars: run.chars + 1, weight: run.weight + weightOf(char) }
  let weight = 0
  for (const one of window) weight += weightOf(one)
  return { window, chars: SHINGLE_CHARS, weight }
}

export function isHeld(run: Run): boolean {
  return run.weight >= HOLD_WEIGHT
}

export function isLeak(run: Run, shingles: Shingles): boolean {
  return run.weight >= shingles.leakWeight
}
