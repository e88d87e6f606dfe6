import { createHash } from 'node:crypto'
import { pipeline, type Readable, Transform } from 'node:stream'
import { filesErrors } from './errors.ts'

/** Passes a stream through and fails it at its end when the content is not what was stored. */
export function verified(source: Readable, file: { key: string; sha256: string }): Readable {
  const hash = createHash('sha256')
  const check = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
    flush(done) {
      const whole = hash.digest('hex') === file.sha256
      done(whole ? null : filesErrors.FILES_CORRUPT({ key: file.key }))
    },
  })
  // The reader sees any failure as the error of `check`; there is nothing more to do with it here.
  return pipeline(source, check, () => undefined)
}
