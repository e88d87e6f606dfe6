import type { Content } from './content.ts'

export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'shift_jis'

// Tab, line feed, form feed and carriage return belong in text; other controls do not.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\x00-\x08\x0b\x0e-\x1f\x7f]/

/**
 * The encoding of plain text, or undefined when the bytes are not text: UTF-8, UTF-16 with a byte order mark, or
 * Shift_JIS (what Japanese office programs still write), without control characters.
 */
export async function textEncodingOf(content: Content): Promise<TextEncoding | undefined> {
  const mark = await content.read(0, 2)
  const candidates: TextEncoding[] = isMark(mark, 0xff, 0xfe)
    ? ['utf-16le']
    : isMark(mark, 0xfe, 0xff)
      ? ['utf-16be']
      : ['utf-8', 'shift_jis']
  for (const encoding of candidates) {
    if (await decodes(content, encoding)) return encoding
  }
  return undefined
}

function isMark(bytes: Buffer, first: number, second: number): boolean {
  return bytes[0] === first && bytes[1] === second
}

async function decodes(content: Content, encoding: TextEncoding): Promise<boolean> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  try {
    for await (const chunk of content.stream()) {
      if (CONTROL.test(decoder.decode(chunk, { stream: true }))) return false
    }
    return !CONTROL.test(decoder.decode())
  } catch {
    return false // a fatal decoder throws at the first byte that the encoding cannot hold
  }
}

/** Markup that a browser would run, whatever its name says; undefined for ordinary text. */
export function markupTypeOf(start: string): string | undefined {
  const text = start
    .replace(/^\ufeff/, '')
    .trimStart()
    .slice(0, 512)
    .toLowerCase()
  if (
    /^(<!--[\s\S]*?-->\s*)?(<!doctype html|<(html|head|body|script|iframe|style|meta)[\s>])/.test(
      text,
    )
  ) {
    return 'text/html'
  }
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!doctype svg|<svg[\s>])/.test(text)) {
    return 'image/svg+xml'
  }
  if (text.startsWith('<?xml')) return 'application/xml'
  if (text.startsWith('{\\rtf')) return 'application/rtf'
  if (text.startsWith('%!ps')) return 'application/postscript'
  return undefined
}
