import { hash } from 'node:crypto'

/**
 * Keys that their vendors print in public SDKs and manuals as samples; secret scanners let them pass, and so do we. By
 * digest, so that no key stands in this repository.
 */
const SAMPLES = new Set(
  `f56e323494a6ffc2 2037abcaffb2b777 3f370c9dd8225c63 e4a5542bb7fd7b67 a19f89ab3555eac1
  0b476bdf9acf2123 eb540d2b6ee2a0a4 37f8f09bdf12c2f2 8731261cb72d8626 49f777db995e8260
  27a9a42931dff7eb dc0fcf046c61640c 4c98242dcadc8b29 ea9bb1082cf95663 3a8b61d0f636b007
  a6c814bc555ae62c 2f21fd9c81678e39 dba72c00f41f4e4c a0702bc91d699f60`.split(/\s+/),
)

/** Only what may be one is hashed: this runs for every value beside a name. */
const CANDIDATE = /^(?:AIza|[0-9a-f]{32}$|33f!|hal\+)/

/** What a cloud's manual says of itself that it is an example. */
const MARKED = /^(?:A[KS]IA[A-Z0-9]{9}EXAMPLE|[A-Za-z0-9/+]{30}EXAMPLEKEY)$/

/** Whether the key is one of the published samples. */
export function isPublicSample(key: string): boolean {
  if (MARKED.test(key)) return true
  return CANDIDATE.test(key) && SAMPLES.has(hash('sha256', key).slice(0, 16))
}
