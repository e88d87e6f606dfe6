/** A UTF-16 unit takes at most this many bytes of UTF-8. */
const MOST_BYTES = 3

/** Bytes of a stream up to a limit; what comes after is counted, not kept. */
export function collector(maxBytes: number): {
  push(piece: Buffer): void
  bytes(): Buffer
  overflowed(): boolean
} {
  const pieces: Buffer[] = []
  let size = 0
  let over = false
  return {
    push(piece) {
      const kept = piece.subarray(0, Math.max(0, maxBytes - size))
      if (kept.length < piece.length) over = true
      if (kept.length === 0) return
      // A copy: the piece may be a view of a much larger buffer.
      pieces.push(Buffer.from(kept))
      size += kept.length
    },
    bytes: () => Buffer.concat(pieces),
    overflowed: () => over,
  }
}

/**
 * The text of at most `maxBytes` bytes, cut between characters and never within one.
 *
 * @example cutText('港港', 5) // { text: '港', cut: true }
 */
export function cutText(text: string, maxBytes: number): { text: string; cut: boolean } {
  if (text.length * MOST_BYTES <= maxBytes) return { text, cut: false }
  const bytes = Buffer.from(text, 'utf8')
  if (bytes.length <= maxBytes) return { text, cut: false }
  let end = Math.max(0, maxBytes)
  // 10xxxxxx continues a character: go back to where it begins.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1
  return { text: bytes.subarray(0, end).toString('utf8'), cut: true }
}

/** Replaces each secret, as it is and as JSON would write it. The longest first: one may hold another. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const spellings = new Set(
    secrets
      .filter((secret) => secret.trim().length > 2)
      .flatMap((secret) => [
        secret,
        JSON.stringify(secret).slice(1, -1),
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64'),
      ]),
  )
  const longestFirst = [...spellings].sort((one, other) => other.length - one.length)
  return longestFirst.reduce((masked, secret) => masked.replaceAll(secret, '[secret]'), text)
}

export type Cut = { output: string; errorOutput: string; truncated: boolean }

type Limits = {
  maxBytes: number
  /** When output overflowed, this much of its end may hold the beginning of a secret. */
  unseenTail: number
}

/** Both outputs of a run, masked and within one limit: the output first, the rest for the errors. */
export function finishOutput(
  given: { output: string; errorOutput: string; overflowed: boolean },
  secrets: readonly string[],
  { maxBytes, unseenTail }: Limits,
): Cut {
  const mask = (text: string) => {
    const masked = maskSecrets(text, secrets)
    return given.overflowed && unseenTail > 0 ? masked.slice(0, -unseenTail) : masked
  }
  const output = cutText(mask(given.output), maxBytes)
  const left = maxBytes - Buffer.byteLength(output.text)
  const errors = cutText(mask(given.errorOutput), left)
  return {
    output: output.text,
    errorOutput: errors.text,
    truncated: given.overflowed || output.cut || errors.cut,
  }
}
