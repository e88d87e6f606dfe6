import type { Logger } from '../log/index.ts'

/** Remembers what must be closed, and closes it last-in first-out; one failure stops none of the rest. */
export function closeStack(log: Logger) {
  const entries: { name: string; close: () => Promise<void> | void }[] = []
  return {
    push(name: string, close: () => Promise<void> | void): void {
      entries.push({ name, close })
    },
    async run(): Promise<void> {
      for (let entry = entries.pop(); entry !== undefined; entry = entries.pop()) {
        try {
          await entry.close()
        } catch (error) {
          log.error('shutdown.close_failed', { part: entry.name, err: error })
        }
      }
    },
  }
}
