import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { type Cost, message, nowNs, type Order, type Told } from './told.ts'

export type Speaker = {
  emit(data: object): void
  publish?(data: object): Promise<unknown>
  person?(): Promise<{ key: string }>
}

type Speech = Extract<Order, { count: number }>

/** Obeys the bench: the same loop for every contender, so that only the speaker differs. */
export function obey(speaker: Speaker): void {
  let before = process.cpuUsage()
  process.on('message', async (order: Order) => {
    if (order.kind === 'person') return void process.send?.(await speaker.person?.())
    if (order.kind === 'cost') return void process.send?.(costSince(before))
    before = process.cpuUsage()
    process.send?.(await speak(speaker, order))
  })
  process.on('disconnect', () => process.exit())
}

function costSince(before: NodeJS.CpuUsage): Cost {
  const { user, system } = process.cpuUsage(before)
  return { cpuMs: (user + system) / 1000 }
}

async function speak(speaker: Speaker, { kind, count, pauseMs = 0 }: Speech): Promise<Told> {
  const startedNs = String(nowNs())
  const tookMs: number[] = []
  for (let n = 0; n < count; n += 1) {
    const began = performance.now()
    if (kind === 'publish') await speaker.publish?.(message())
    else speaker.emit(message())
    tookMs.push(performance.now() - began)
    await (pauseMs === 0 ? nextTurn() : delay(pauseMs))
  }
  return { startedNs, tookMs }
}
