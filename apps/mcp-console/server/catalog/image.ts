// Names as the Docker distribution specification writes them: host, path, tag, digest.
const NAME =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/

/** True for `mcp/time`, `ghcr.io/example/server:1.2`, `mcp/time@sha256:…`. */
export function isImage(text: string): boolean {
  return text.length <= 400 && NAME.test(text)
}

/** The image with its version as tag, where it says none itself. */
export function withTag(image: string, version: string | undefined): string {
  const lastPart = image.slice(image.lastIndexOf('/') + 1)
  if (version === undefined || version === '' || lastPart.includes(':') || image.includes('@')) {
    return image
  }
  return `${image}:${version}`
}
