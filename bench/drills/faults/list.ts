import { setTimeout as delay } from 'node:timers/promises'
import type { Stack } from '../../../test/stack/up.ts'
import { setClock } from './clock.ts'
import { compose, killHard } from './compose.ts'

/** One way to hurt a stack. `strike` resolves when the cause is over; the rest must heal by itself. */
export type Fault = { name: string; strike(stack: Stack): Promise<void> }

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
/** Another container with the same disk: that of a server that is down cannot be entered. */
const DISKS = {
  files: { at: '/data/files/fill', by: 'worker-blue' },
  PostgreSQL: { at: '/var/lib/minato-postgres/fill', by: 'postgres-backup' },
}

export const FAULTS: readonly Fault[] = [
  { name: 'nothing (the same load, for comparison)', strike: () => delay(LASTS_MS) },
  ...Object.entries(KILLED).map(([service, what]) => ({
    name: `kill -9 of ${what}`,
    strike: (stack: Stack) => killHard(stack, service),
  })),
  ...(['postgres', 'redis'] as const).map((service) => ({
    name: `restart of ${KILLED[service]}`,
    strike: async (stack: Stack) => {
      await compose(stack, 'restart', service)
    },
  })),
  ...(['postgres', 'redis'] as const).map((service) => ({
    name: `${KILLED[service]} away for ${LASTS_MS / 1000} s`,
    strike: async (stack: Stack) => {
      await compose(stack, 'stop', service)
      await delay(LASTS_MS)
      await compose(stack, 'start', service)
    },
  })),
  ...Object.entries(DISKS).map(([what, { at, by }]) => ({
    name: `disk of ${what} full for ${LASTS_MS / 1000} s`,
    strike: async (stack: Stack) => {
      // Ends with an error: that is when the disk is full.
      const fill = ['dd', 'if=/dev/zero', `of=${at}`, 'bs=1M']
      await compose(stack, 'exec', '-T', by, ...fill).catch(() => undefined)
      await delay(LASTS_MS)
      await compose(stack, 'exec', '-T', by, 'rm', at)
    },
  })),
  ...[600, -600].map((seconds) => ({
    name: `clock of web and workers ${seconds > 0 ? 'ahead' : 'behind'} by 10 min for ${LASTS_MS / 1000} s`,
    strike: async (stack: Stack) => {
      setClock(stack.folder, seconds)
      await delay(LASTS_MS)
      setClock(stack.folder, 0)
    },
  })),
  {
    name: `the model answers slowly for ${LASTS_MS / 1000} s (first token 3 s, 4 tokens/s)`,
    strike: async (stack) => {
      await scenario(stack, 'slow')
      await delay(LASTS_MS)
      await scenario(stack, 'normal')
    },
  },
  {
    name: `the way to the model is silent for ${LASTS_MS / 1000} s`,
    strike: async (stack) => {
      await compose(stack, 'pause', 'sandbox')
      await delay(LASTS_MS)
      await compose(stack, 'unpause', 'sandbox')
    },
  },
]

async function scenario(stack: Stack, name: string): Promise<void> {
  await stack.sandbox('/sandbox/scenarios/llm', { method: 'PUT', body: { scenario: name } })
}
