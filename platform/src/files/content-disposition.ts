/**
 * A Content-Disposition header with the name in both spellings (RFC 6266, RFC 8187): ASCII for old readers, UTF-8 for
 * the rest. Everything that could end the header or the quotes is encoded.
 *
 * @example contentDisposition('attachment', '見積書.pdf')
 */
export function contentDisposition(kind: 'attachment' | 'inline', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%;]/g, '_')
  const utf8 = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`
}
