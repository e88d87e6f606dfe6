import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

const BUFFERED = 64 * 1024

/**
 * A file of JSON lines with everything that does not fit, whole: readable by its owner only. It is
 * written beside and renamed, so that a second run replaces it and a killed one leaves the old.
 */
export type Quarantine = { add(entry: object): void; close(): string | null; discard(): void }

export function openQuarantine(path: string | undefined): Quarantine {
  if (path === undefined) {
    return { add: () => undefined, close: () => null, discard: () => undefined }
  }
  const scratch = `${path}.${process.pid}.part`
  let file: number | undefined
  let waiting = ''
  const flush = (): void => {
    file ??= openSync(scratch, 'w', 0o600)
    writeSync(file, waiting)
    waiting = ''
  }
  const end = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  return {
    add(entry) {
      waiting += `${JSON.stringify(entry)}\n`
      if (waiting.length > BUFFERED) flush()
    },
    close() {
      if (waiting !== '') flush()
      if (file === undefined) return null
      end()
      renameSync(scratch, path)
      return path
    },
    discard() {
      if (file === undefined) return
      end()
      rmSync(scratch, { force: true })
    },
  }
}
