import { buildAutomaton } from './automaton.ts'
import { readLetterPassword, readShortPassword, readUserPair } from './command-line.ts'
import { maskBearer, maskJwt, maskJwtLike, maskUserInfo } from './credentials.ts'
import { IMAGE_STARTS, skipImage } from './images.ts'
import {
  KEY_MATERIAL_STARTS,
  maskEncodedPem,
  maskGoSource,
  maskIdentifiedBy,
  maskJwk,
  maskKeyMaterial,
  maskOracle,
} from './key-material.ts'
import { ESCAPED_LITERALS, KEY_LITERALS, readEscapedKey, readKey } from './key-values.ts'
import { readManifestData } from './kubernetes.ts'
import { MY_NUMBER_NAMES, readMyNumber } from './my-number.ts'
import { CARD_STARTS, maskCard } from './numbers.ts'
import { maskPem } from './pem.ts'
import {
  anyRegistered,
  MIN_SECRET_LENGTH,
  mayBegin,
  registeredLengthAt,
  rollHash,
} from './registered.ts'
import { Scan } from './scan-state.ts'
import { maskVendorToken } from './vendor-match.ts'
import { readVendorName, VENDOR_NAMES } from './vendor-names.ts'
import { CLOUD_TOKENS } from './vendor-tokens-cloud.ts'
import { CODE_TOKENS } from './vendor-tokens-code.ts'
import { SERVICE_TOKENS } from './vendor-tokens-service.ts'

/** Looks at a hit [start, end) of a literal; returns where to go on, or 0 when there was nothing to mask. */
export type Handler = (scan: Scan, start: number, end: number) => number

const handlers: Handler[] = []
const literals: string[] = []

function on(literal: string, handler: Handler): void {
  literals.push(literal)
  handlers.push(handler)
}

for (const token of [...CLOUD_TOKENS, ...CODE_TOKENS, ...SERVICE_TOKENS]) {
  for (const literal of token.literals)
    on(literal, (scan, start) => maskVendorToken(scan, start, token))
}
on('-----begin', maskPem)
on('eyj', maskJwt)
on('.ey', maskJwtLike)
on('://', maskUserInfo)
on('jdbc:oracle:', maskOracle)
on('@tcp(', maskGoSource)
on('@unix(', maskGoSource)
on('identified by', maskIdentifiedBy)
on('"kty', maskJwk)
on('ls0tls1crudjti', maskEncodedPem)
on('bearer', maskBearer)
on('basic ', maskBearer)
for (const literal of [' -u', '--user']) on(literal, readUserPair)
for (const literal of [' -a ', ' -w ']) on(literal, readLetterPassword)
on(' -p', readShortPassword)
on('data:', readManifestData)
for (const literal of IMAGE_STARTS) on(literal, skipImage)
for (const literal of CARD_STARTS) on(literal, maskCard)
for (const literal of KEY_MATERIAL_STARTS) on(literal, maskKeyMaterial)
for (const literal of MY_NUMBER_NAMES) on(literal, readMyNumber)
for (const literal of KEY_LITERALS) on(literal, readKey)
for (const literal of ESCAPED_LITERALS) on(literal, readEscapedKey)
for (const literal of VENDOR_NAMES) on(literal, readVendorName)

const lengths = literals.map((literal) => literal.length)
const { next, classOf, firstMatch, matches } = buildAutomaton(literals)

/**
 * What is secret in `text` replaced; the same string when nothing was. A mask can uncover the edge of what stood beside
 * it (two keys run together): then the text is read again, so that sanitizing twice is sanitizing once.
 */
export function scanText(text: string): string {
  let last = text
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const scan = scanOnce(last)
    if (scan === undefined || scan.done === 0) return last
    last = scan.finish()
    if (!scan.ragged) return last
  }
  return last
}

const MAX_PASSES = 8

/**
 * One pass over `text`; what is secret is replaced, the rest is the same characters. Returns `text` itself when nothing
 * was found.
 */
function scanOnce(text: string): Scan | undefined {
  const length = text.length
  const registered = anyRegistered
  let scan: Scan | undefined
  let state = 0
  let hash = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    state = next[(state << 6) | (classOf[code] as number)] as number
    if (registered) hash = rollHash(hash, code)
    if (state < firstMatch && !(registered && mayBegin(hash))) continue
    scan ??= new Scan(text)
    scan.at = i
    const resume = inspect(scan, i, state, registered)
    if (resume === 0) continue
    i = resume - 1
    state = 0
    hash = 0
  }
  return scan
}

function inspect(scan: Scan, at: number, state: number, registered: boolean): number {
  if (registered && at + 1 >= MIN_SECRET_LENGTH) {
    const start = at + 1 - MIN_SECRET_LENGTH
    const found = start >= scan.done ? registeredLengthAt(scan, start) : 0
    if (found > 0) return scan.mask(start, start + found)
  }
  if (state < firstMatch) return 0
  for (const index of matches[state - firstMatch] ?? []) {
    const end = at + 1
    const start = end - (lengths[index] ?? 0)
    if (start < scan.quietUntil) continue
    const resume = handlers[index]?.(scan, start, end) ?? 0
    if (resume > 0) return resume
  }
  return 0
}
