import { setTimeout as delay } from 'node:timers/promises'
import type { Stack } from '../../../test/stack/up.ts'
import { compose, killHard, rowsOf } from '../compose.ts'
import { setClock } from './clock.ts'
import { askOneMore, endOf, modelScenario, type Person, uploadOutcome } from './people.ts'

/**
 * One way to hurt a stack. `strike` resolves when the cause is over, with what was seen besides the load; the
 * rest must heal by itself.
 */
export type Fault = {
  name: string
  strike(stack: Stack, people: readonly Person[]): Promise<string | undefined>
}

/** How long a cause lasts that does not end by itself. */
const LASTS_MS = 15_000
const KILLED = {
  'web-blue': 'a web process',
  'worker-blue': 'a worker',
  nginx: 'nginx',
  postgres: 'PostgreSQL',
  redis: 'Redis',
  prometheus: 'Prometheus',
  alertmanager: 'Alertmanager',
  'postgres-backup': 'the backups of the log',
}

export const FAULTS: readonly Fault[] = [
  { name: 'nothing (the same load, for comparison)', strike: () => delay(LASTS_MS, undefined) },
  ...Object.entries(KILLED).map(([service, what]) => ({
    name: `kill -9 of ${what}`,
    strike: async (stack: Stack) => {
      await killHard(stack, service)
      return undefined
    },
  })),
  ...(['postgres', 'redis'] as const).map((service) => ({
    name: `restart of ${KILLED[service]}`,
    strike: async (stack: Stack) => {
      await compose(stack, 'restart', service)
      return undefined
    },
  })),
  ...(['postgres', 'redis'] as const).map((service) => ({
    name: `${KILLED[service]} away for ${LASTS_MS / 1000} s`,
    strike: async (stack: Stack) => {
      await compose(stack, 'stop', service)
      await delay(LASTS_MS)
      await compose(stack, 'start', service)
      return undefined
    },
  })),
  {
    name: `disk of files full for ${LASTS_MS / 1000} s`,
    strike: async (stack, [person]) => {
      const disk = await fill(stack, 'worker-blue', '/data/files')
      const during = await uploadOutcome(stack, person)
      await delay(LASTS_MS)
      await disk.empty('worker-blue')
      return `an upload: ${during}; afterwards: ${await uploadOutcome(stack, person)}`
    },
  },
  {
    name: `disk of PostgreSQL full for ${LASTS_MS / 1000} s`,
    strike: async (stack) => {
      const disk = await fill(stack, 'postgres', '/var/lib/minato-postgres')
      const end = performance.now() + LASTS_MS
      let down = false
      while (performance.now() < end) {
        // What is left of the log's room is used up at once instead of in an hour.
        down ||= await rowsOf(stack, 'select pg_switch_wal()').then(
          () => false,
          () => true,
        )
        await delay(500)
      }
      // A server that is down cannot be entered: this container has the same disk.
      await disk.empty('postgres-backup')
      return down ? 'PostgreSQL stopped by itself, as it must' : 'PostgreSQL had room enough'
    },
  },
  ...[600, -600].map((seconds) => ({
    name: `clock of web and workers ${seconds > 0 ? 'ahead' : 'behind'} by 10 min for ${LASTS_MS / 1000} s`,
    strike: async (stack: Stack) => {
      setClock(stack.folder, seconds)
      await delay(LASTS_MS)
      setClock(stack.folder, 0)
      return undefined
    },
  })),
  {
    name: `the model answers slowly for ${LASTS_MS / 1000} s (first token 3 s, 4 tokens/s)`,
    strike: async (stack, [person]) => {
      await modelScenario(stack, 'slow')
      const asked = await askOneMore(stack, person)
      await delay(LASTS_MS)
      await modelScenario(stack, 'normal')
      return `a question meanwhile: ${await endOf(stack, asked)}`
    },
  },
  {
    name: `the way to the model is silent for ${LASTS_MS / 1000} s`,
    strike: async (stack, [person]) => {
      await compose(stack, 'pause', 'sandbox')
      const asked = await askOneMore(stack, person)
      await delay(LASTS_MS)
      await compose(stack, 'unpause', 'sandbox')
      return `a question meanwhile: ${await endOf(stack, asked)}`
    },
  },
]

/** Writes until nothing more goes onto a disk. */
async function fill(stack: Stack, service: string, folder: string) {
  const at = `${folder}/fill`
  // Ends with an error: that is when the disk is full. Never this machine's own.
  const write = ['dd', 'if=/dev/zero', `of=${at}`, 'bs=1M', 'count=2000']
  const end = await compose(stack, 'exec', '-T', service, ...write).catch(String)
  if (!end.includes('No space left')) throw new Error(`${folder} was not filled: ${end}`)
  return {
    async empty(by: string) {
      await compose(stack, 'exec', '-T', by, 'rm', at)
    },
  }
}
