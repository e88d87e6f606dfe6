/**
 * Shannon entropy in bits a character: random keys of 16 and more characters score above 3.2, words below.
 *
 * @example entropy('aaaa') // 0
 */
export function entropy(text: string): number {
  counts.fill(0)
  const length = Math.min(text.length, 4096)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i) & 127
    counts[code] = (counts[code] ?? 0) + 1
  }
  let bits = 0
  for (const count of counts) {
    if (count > 0) bits -= (count / length) * Math.log2(count / length)
  }
  return bits
}

const counts = new Uint16Array(128)
