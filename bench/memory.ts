import { setTimeout as delay } from 'node:timers/promises'
import { startDeployment } from './deployment.ts'
import type { Measured } from './main.ts'
import { median } from './median.ts'

const STARTS = 3
const SETTLE_MS = 5000

/** Resident memory of a web process that has started and serves nobody. */
export async function memory(): Promise<Measured> {
  const values: number[] = []
  let database = ''
  for (let start = 0; start < STARTS; start += 1) {
    await using server = await startDeployment()
    database = server.database
    await delay(SETTLE_MS)
    values.push(server.rssMb())
  }
  return {
    json: { database, idleRssMb: median(values), idleRssMbOfStarts: values },
    tables: [
      {
        title: `memory: idle web process on ${database} (under 150 MB; median of ${STARTS} starts)`,
        columns: ['RSS, MB', 'of each start'],
        rows: [[median(values), values.join(', ')]],
      },
    ],
  }
}
