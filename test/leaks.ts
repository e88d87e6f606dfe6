const HAYSTACK_DECODINGS = 2

/** Letters and digits alone, so that spacing, case, width and punctuation hide nothing. */
function skeleton(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

/** The text, and what it says once percent signs, entities and base64 are read. */
function readings(text: string): string[] {
  const found = [text]
  for (let round = 0; round < HAYSTACK_DECODINGS; round += 1) {
    for (const one of [...found]) found.push(unescaped(one), ...base64In(one))
  }
  return [...new Set(found)].map(skeleton)
}

function unescaped(text: string): string {
  return text
    .replace(/(?:%[0-9a-f]{2})+/gi, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString())
    .replace(/&#x([0-9a-f]{1,6});/gi, (_whole, hex) => String.fromCodePoint(Number(`0x${hex}`)))
}

function base64In(text: string): string[] {
  return [...text.matchAll(/[\w+/-]{24,}/g)].map(([run]) => Buffer.from(run, 'base64').toString())
}

/** Long enough that nobody writes it by chance: 20 characters of Japanese, 40 of Latin. */
function passagesOf(secret: string): string[] {
  const plain = skeleton(secret)
  const passages: string[] = []
  for (let start = 0; start < plain.length; start += 1) {
    let weight = 0
    let end = start
    while (weight < 40 && end < plain.length) {
      weight += plain.charCodeAt(end) < 0x2e80 ? 1 : 2
      end += 1
    }
    if (weight >= 40 || start === 0) passages.push(plain.slice(start, end))
  }
  return passages
}

/**
 * Passages of the secrets that stand in the text, in whatever spelling.
 *
 * @example
 * assert.deepEqual(leaksOf(answer, [systemPrompt, canary]), [])
 */
export function leaksOf(text: string, secrets: readonly string[]): string[] {
  const haystacks = readings(text)
  const passages = secrets.flatMap(passagesOf)
  return passages.filter((passage) => haystacks.some((haystack) => haystack.includes(passage)))
}
