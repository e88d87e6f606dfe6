import { extensionOf } from './extension.ts'

const MAX_CHARACTERS = 120
/** A name beyond this is an attack, not a name. */
const MAX_READ = 1024
/** What ext4, APFS and NTFS take for one name, in bytes. */
const MAX_BYTES = 240
/** Device names that Windows opens instead of a file, whatever the extension. */
const RESERVED = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
// Control and format characters: they hide or reorder a name's parts ("invoice‮fdp.exe"), so all go but the joiner of
// emoji, which shows nothing by itself and reorders nothing.
const INVISIBLE = /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu

/**
 * A name that is safe to show, to save on any system and to put in a header. Japanese, spaces and emoji survive.
 *
 * @param original as the browser sent it; only its last path segment counts
 * @example safeFileName('C:\\fakepath\\見積書:最終.pdf') // '見積書_最終.pdf'
 */
export function safeFileName(original: string): string {
  // The end of the name decides: it holds the last segment and the extension.
  const end = original.slice(-MAX_READ).toWellFormed().normalize('NFC')
  const last = end.split(/[/\\]/).at(-1) ?? ''
  const cleaned = last
    .replace(INVISIBLE, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
  const named = /[\p{L}\p{N}\p{S}]/u.test(cleaned) ? cleaned : 'file'
  return shorten(RESERVED.test(named) ? `_${named}` : named)
}

/** Cuts the stem, never the extension, and never half a character. One pass: names come from strangers. */
function shorten(name: string): string {
  if (Array.from(name).length <= MAX_CHARACTERS && Buffer.byteLength(name) <= MAX_BYTES) return name
  const extension = extensionOf(name).slice(0, 12)
  const suffix = extension === '' ? '' : `.${extension}`
  let charactersLeft = MAX_CHARACTERS - suffix.length
  let bytesLeft = MAX_BYTES - Buffer.byteLength(suffix)
  let stem = ''
  for (const character of name.slice(0, name.length - suffix.length)) {
    charactersLeft -= 1
    bytesLeft -= Buffer.byteLength(character)
    if (charactersLeft < 0 || bytesLeft < 0) break
    stem += character
  }
  return stem.replace(/[. ]+$/, '') + suffix
}
