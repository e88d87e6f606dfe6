import type { Half, Host } from './host.ts'
import type { DeployRecord } from './record.ts'

/** A telling costs a process: between the first and the last one, this often at most. */
const PAUSE_MS = 8000

/**
 * Tells the database by a command in the stack, since nothing on the host reaches it. Only the newest
 * state matters: while one is being told, those in between are passed over. A database that is away
 * hinders no deploy: the host's journal has it, and the last telling is tried again at the end.
 */
export function saveToStack(
  host: Host,
  halfOf: (record: DeployRecord) => Half,
  warn: (text: string) => void,
): { save(record: DeployRecord): void; flush(): Promise<void> } {
  let waiting: DeployRecord | undefined
  let telling: Promise<void> | undefined
  let warned = false
  let last = Number.NEGATIVE_INFINITY
  const tell = async () => {
    for (let record = waiting; record !== undefined; record = waiting) {
      waiting = undefined
      const args = ['deploys', 'record']
      const ran = await host.once(halfOf(record), args, `${JSON.stringify(record)}\n`)
      if (ran.code === 0 || warned) continue
      warned = true
      warn(`The deploy could not be written to the database: ${ran.stderr.trim().slice(-300)}`)
    }
  }
  const run = () => {
    telling ??= tell()
      .catch((error: unknown) => warn(String(error)))
      .finally(() => {
        telling = undefined
      })
    return telling
  }
  return {
    save(record) {
      waiting = record
      if (performance.now() - last < PAUSE_MS) return
      last = performance.now()
      void run()
    },
    async flush() {
      while (telling !== undefined || waiting !== undefined) await run()
    },
  }
}
