import { chmodSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { deployErrors } from './errors.ts'
import type { Color } from './record.ts'

const NAME = /\bweb-(blue|green)\b/g

/**
 * Which color nginx's include names. The file is the operator's; only the color in it is ours.
 * @throws {MinatoError} DEPLOY_STACK when it names none or both.
 */
export function colorIn(path: string): Color {
  const text = readFileSync(path, 'utf8').replace(/#.*$/gm, '')
  const named = new Set([...text.matchAll(NAME)].map(([, color]) => color as Color))
  const [color, second] = [...named]
  if (color !== undefined && second === undefined) return color
  const reason = `${path} must name either web-blue or web-green`
  throw deployErrors.DEPLOY_STACK({ reason })
}

/** Names the other color, replacing the file whole. Gives what takes it back. */
export function nameColor(path: string, color: Color): () => void {
  const before = readFileSync(path, 'utf8')
  replace(path, before.replace(NAME, `web-${color}`))
  return () => replace(path, before)
}

function replace(path: string, text: string): void {
  const scratch = `${path}.${process.pid}`
  const mode = statSync(path).mode & 0o777
  writeFileSync(scratch, text, { flush: true })
  // nginx runs under another account: the mask of this process must not hide the file from it.
  chmodSync(scratch, mode)
  renameSync(scratch, path)
}
