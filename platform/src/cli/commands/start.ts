import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type ReadConfig, readConfig } from '../../app/read-config.ts'
import type { Role } from '../../app/services.ts'
import { startMinato } from '../../app/start.ts'
import type { Tracing } from '../../observe/tracing.ts'
import { type Command, systemOf } from '../command.ts'

const ROLES: readonly Role[] = ['all', 'web', 'worker']

/** Runs the system until SIGTERM or SIGINT. */
export const start: Command = {
  name: 'start',
  summary: { en: 'run web and worker', ja: 'Web とワーカーを起動する' },
  usage: `Usage: minato start [--role all|web|worker]

Runs until SIGTERM or SIGINT, then drains. On a laptop it migrates by itself and stands in for
outside services that are not configured. PORT and MINATO_DATA_DIR choose where.`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { role: { type: 'string', default: 'all' } } })
    const role = ROLES.find((name) => name === values.role)
    if (role === undefined) {
      io.stderr.write(`minato: --role must be one of ${ROLES.join(', ')}.\n`)
      return 2
    }
    const system = systemOf(io)
    // Mistakes in the configuration are told before anything takes time.
    const loaded = readConfig(system, await system.apps(), io.env)
    await system.buildSite()
    const tracing = await openTracing(loaded, system.version)
    const running = await startMinato({ system, env: io.env, role })
    if (tracing !== undefined) {
      const { services } = running.booted
      tracing.exportThrough(services.outbound)
      services.onClose('tracing', tracing.stop)
    }
    dropGarbageOfStart()
    const stop = (signal: string) => void running.stop(signal)
    process.on('SIGTERM', stop)
    process.on('SIGINT', stop)
    stopWithParent(stop)
    announce(io.stdout, running)
    await running.stopped
    return 0
  },
}

/** Before the database's driver is loaded, which is wrapped; nothing of it is loaded where it is off. */
async function openTracing(
  { config, profile }: ReadConfig,
  version: string,
): Promise<Tracing | undefined> {
  if (!config.core.tracingEnabled) return undefined
  const { startTracing } = await import('../../observe/tracing.ts')
  const { otlpEndpoint, otlpHeaders, serviceName, traceSampleRate } = config.observe
  const headers = (otlpHeaders?.reveal() ?? '')
    .split(',')
    .map((pair) => pair.split(/=(.*)/s, 2).map((part) => decodeURIComponent(part.trim())))
    .filter(([name]) => name !== '')
  return startTracing({
    endpoint: otlpEndpoint,
    headers: Object.fromEntries(headers),
    serviceName,
    version,
    environment: profile,
    sampleRate: traceSampleRate,
  })
}

/**
 * Loading leaves some 50 MB of garbage that an idle process would keep for hours: V8 collects when
 * memory is asked for. Once, at the start; only this flavour gives the pages back to the system.
 */
function dropGarbageOfStart(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function')
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** `npm start` holds a channel to this process: when it is killed, this one must not live on. */
function stopWithParent(stop: (reason: string) => void): void {
  if (!process.connected) return
  process.once('disconnect', () => stop('parent gone'))
  process.channel?.unref()
}

function announce(
  stdout: NodeJS.WritableStream,
  running: { url: string; setupUrl: string | undefined },
): void {
  const setup =
    running.setupUrl === undefined
      ? ''
      : `\n  Create the first administrator (link works once):\n  ${running.setupUrl}\n`
  stdout.write(`\n  Minato is ready: ${running.url}\n${setup}\n`)
}
