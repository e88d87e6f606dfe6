import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { release } from '../../../test/stack/releases.ts'

const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'

/**
 * Gives web and workers a clock that `setClock` moves: the time of day jumps for every call of the
 * system, the monotonic clock does not, as when a host's clock is set.
 */
export const CLOCK_OVERRIDE = ['web-blue', 'worker-blue']
  .map(
    (service) => `  ${service}:
    environment:
      LD_PRELOAD: /faketime/libfaketimeMT.so.1
      FAKETIME_TIMESTAMP_FILE: /clock/offset
      FAKETIME_NO_CACHE: '1'
      FAKETIME_DONT_FAKE_MONOTONIC: '1'
    volumes: ['./clock:/clock:ro']
`,
  )
  .join('')

/** The built image with the test's app and libfaketime in it. */
export function clockImage(built: string): string {
  if (!existsSync(LIBRARY)) throw new Error('Install libfaketime: apt-get install libfaketime')
  return release(built, 'clock', { files: { '/faketime': LIBRARY } })
}

/** Moves the clock of every web and worker process to that many seconds from the true time. */
export function setClock(folder: string, seconds: number): void {
  mkdirSync(join(folder, 'clock'), { recursive: true, mode: 0o755 })
  const sign = seconds < 0 ? '' : '+'
  writeFileSync(join(folder, 'clock/offset'), `${sign}${seconds}\n`, { mode: 0o644 })
}
