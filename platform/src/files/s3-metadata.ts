/** Header values are ASCII: names and values of metadata travel percent-encoded below `m-`. */
const OWN = 'm-'

export function encodeMetadata(
  sha256: string,
  metadata: Record<string, string>,
): Record<string, string> {
  const entries = Object.entries(metadata).map(([name, value]) => [
    OWN + encodeURIComponent(name).toLowerCase(),
    encodeURIComponent(value),
  ])
  return { ...Object.fromEntries(entries), sha256 }
}

export function decodeMetadata(headers: Record<string, string> = {}): {
  sha256: string
  metadata: Record<string, string>
} {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(OWN)) metadata[decode(name.slice(OWN.length))] = decode(value)
  }
  return { sha256: headers['sha256'] ?? '', metadata }
}

/** Another program may have written the object: what is not percent-encoding is taken as it stands. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
