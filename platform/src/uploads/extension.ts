/** Lower-case extension without the dot; empty when there is none. */
export function extensionOf(name: string): string {
  return /\.([\p{L}\p{N}]{1,16})$/u.exec(name)?.[1]?.toLowerCase() ?? ''
}

/** Extensions a type goes by; the first is given to names that carry another one. */
const EXTENSIONS: Record<string, readonly string[]> = {
  'application/pdf': ['pdf'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/json': ['json'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg', 'jpe', 'jfif'],
  'image/webp': ['webp'],
  'image/gif': ['gif'],
  'image/avif': ['avif'],
  'text/markdown': ['md', 'markdown'],
  'text/csv': ['csv'],
  'text/tab-separated-values': ['tsv'],
  'text/plain': ['txt', 'text', 'log'],
}

/**
 * Makes a name tell the truth about its content: `photo.exe` holding a PNG becomes `photo.exe.png`.
 * Types without an entry keep their name.
 */
export function withTrueExtension(name: string, contentType: string): string {
  const known = EXTENSIONS[contentType]
  const first = known?.[0]
  return first === undefined || known?.includes(extensionOf(name)) ? name : `${name}.${first}`
}

/** Kinds of text that only their name tells apart. */
export function textTypeOf(name: string): string {
  const extension = extensionOf(name)
  const types = ['text/markdown', 'text/csv', 'text/tab-separated-values', 'application/json']
  return types.find((type) => EXTENSIONS[type]?.includes(extension)) ?? 'text/plain'
}
