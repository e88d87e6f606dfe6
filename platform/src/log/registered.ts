/** Shorter values are too likely to be ordinary words. */
export const MIN_SECRET_LENGTH = 6

const HASH_MASK = 0x3fff_ffff
/** How often a value (or a spelling of it) is registered. */
const spellings = new Map<string, number>()
/** Spellings by their first six characters, longest first, so that a secret inside a longer one does not cut it. */
const byPrefix = new Map<string, string[]>()
/** How many spellings fall on each bucket: a counting Bloom filter over the hash of six characters. */
const buckets = new Uint16Array(65_536)

/** True once a value is registered: lines of processes without secrets skip the hashing. */
export let anyRegistered = false

/**
 * The hash of the last six characters, rolled on by one: five bits a step in thirty bits, so that a seventh has left it.
 */
export const rollHash = (hash: number, code: number): number => ((hash << 5) ^ code) & HASH_MASK

export const bucketOf = (hash: number): number => (hash ^ (hash >>> 14)) & 0xffff

/** Whether a registered value may begin with the six characters that gave this hash. */
export const mayBegin = (hash: number): boolean => buckets[bucketOf(hash)] !== 0

/** The length of the registered value that begins at `start`, or 0. */
export function registeredLengthAt(scan: { text: string; json: boolean }, start: number): number {
  const candidates = byPrefix.get(scan.text.slice(start, start + MIN_SECRET_LENGTH))
  if (candidates === undefined) return 0
  for (const candidate of candidates) {
    if (!scan.text.startsWith(candidate, start)) continue
    if (!scan.json || keepsEscapes(scan.text, start, candidate)) return candidate.length
  }
  return 0
}

/** In JSON a match may not begin or end inside an escape, nor reach over the end of its string. */
function keepsEscapes(text: string, start: number, value: string): boolean {
  let before = 0
  while (text.charCodeAt(start - 1 - before) === 92) before++
  if (before % 2 === 1) return false
  let run = 0
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 34 && run % 2 === 0) return false
    run = code === 92 ? run + 1 : 0
  }
  return run % 2 === 0
}

/**
 * Masks `value` wherever it appears in a log line from now on, also JSON-escaped and URL-encoded. Values shorter than
 * six characters are not registered: masking them would eat ordinary words.
 *
 * @returns a function that forgets the value again
 * @example const forget = registerSecret(process.env.LLM_API_KEY ?? '')
 */
export function registerSecret(value: string): () => void {
  const added = value.trim().length < MIN_SECRET_LENGTH ? [] : spellingsOf(value)
  for (const spelling of added) add(spelling)
  let forgotten = false
  return () => {
    if (forgotten) return
    forgotten = true
    for (const spelling of added) remove(spelling)
  }
}

function spellingsOf(value: string): string[] {
  const once = JSON.stringify(value).slice(1, -1)
  const twice = JSON.stringify(once).slice(1, -1)
  const all = new Set([
    value,
    value.trim(),
    once,
    twice,
    encodedForUrl(value),
    encodedForForm(value),
  ])
  return [...all].filter((spelling) => spelling.length >= MIN_SECRET_LENGTH)
}

function encodedForUrl(value: string): string {
  // A lone surrogate cannot be encoded; the plain spelling still counts.
  return value.isWellFormed() ? encodeURIComponent(value) : value
}

function encodedForForm(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2)
}

function hashOfPrefix(spelling: string): number {
  let hash = 0
  for (let i = 0; i < MIN_SECRET_LENGTH; i++) hash = rollHash(hash, spelling.charCodeAt(i))
  return hash
}

function add(spelling: string): void {
  const count = spellings.get(spelling) ?? 0
  spellings.set(spelling, count + 1)
  if (count > 0) return
  const prefix = spelling.slice(0, MIN_SECRET_LENGTH)
  const list = byPrefix.get(prefix) ?? []
  list.push(spelling)
  list.sort((a, b) => b.length - a.length)
  byPrefix.set(prefix, list)
  const bucket = bucketOf(hashOfPrefix(spelling))
  buckets[bucket] = (buckets[bucket] ?? 0) + 1
  anyRegistered = true
}

function remove(spelling: string): void {
  const count = spellings.get(spelling) ?? 0
  if (count > 1) {
    spellings.set(spelling, count - 1)
    return
  }
  spellings.delete(spelling)
  const prefix = spelling.slice(0, MIN_SECRET_LENGTH)
  const rest = (byPrefix.get(prefix) ?? []).filter((other) => other !== spelling)
  if (rest.length === 0) byPrefix.delete(prefix)
  else byPrefix.set(prefix, rest)
  const bucket = bucketOf(hashOfPrefix(spelling))
  buckets[bucket] = Math.max(0, (buckets[bucket] ?? 0) - 1)
  anyRegistered = spellings.size > 0
}
