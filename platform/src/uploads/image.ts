import type { Metadata, Sharp } from 'sharp'
import { uploadsErrors } from './errors.ts'

/** Types that are drawn anew; every other image type is refused, as it could not be cleaned. */
const ENCODERS: Record<string, (image: Sharp) => Sharp> = {
  'image/png': (image) => image.png(),
  'image/jpeg': (image) => image.jpeg({ quality: 90 }),
  'image/webp': (image) => image.webp({ quality: 90 }),
  'image/gif': (image) => image.gif(),
}

export function isCleanable(contentType: string): boolean {
  return ENCODERS[contentType] !== undefined
}

export type CleanImage = { bytes: Buffer; width: number; height: number }

/**
 * Draws an image anew: the pixels, upright, and the animation stay; EXIF, GPS, XMP, comments, thumbnails and whatever was
 * appended after the image go.
 *
 * @throws UPLOAD_IMAGE_TOO_LARGE before decoding more than `maxPixels` (all frames together); UPLOAD_DAMAGED
 */
export async function cleanImage(
  bytes: Buffer,
  contentType: string,
  { name, maxPixels }: { name: string; maxPixels: number },
): Promise<CleanImage> {
  const encode = ENCODERS[contentType]
  if (encode === undefined) throw new TypeError(`no encoder for ${contentType}`)
  const sharp = await loadSharp()
  try {
    const animated = contentType === 'image/gif' || contentType === 'image/webp'
    const image = sharp(bytes, { animated, limitInputPixels: maxPixels, failOn: 'error' })
    const found = await image.metadata()
    if (pixelsOf(found) > maxPixels) throw tooLarge(name, maxPixels)
    const upright = (found.pages ?? 1) > 1 ? image : image.autoOrient()
    const { data, info } = await encode(upright).toBuffer({ resolveWithObject: true })
    return { bytes: data, width: info.width, height: info.pageHeight ?? info.height }
  } catch (error) {
    throw imageError(error, name, maxPixels)
  }
}

function pixelsOf({ width, height, pageHeight, pages }: Metadata): number {
  return width * (pageHeight === undefined ? height : pageHeight * (pages ?? 1))
}

function tooLarge(name: string, maxPixels: number, cause?: unknown): Error {
  const params = { name, maxPixels: Math.round(maxPixels / 1e6) }
  return uploadsErrors.UPLOAD_IMAGE_TOO_LARGE(params, { cause })
}

function imageError(error: unknown, name: string, maxPixels: number): unknown {
  if (!(error instanceof Error) || 'code' in error) return error
  if (/pixel limit/.test(error.message)) return tooLarge(name, maxPixels, error)
  return uploadsErrors.UPLOAD_DAMAGED({ name, reason: 'image' }, { cause: error })
}

async function loadSharp() {
  const { default: sharp } = await import('sharp')
  // Uploads differ from one another: a cache of decoded images would only hold memory.
  sharp.cache(false)
  sharp.concurrency(1)
  return sharp
}
