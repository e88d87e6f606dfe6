import { fileURLToPath } from 'node:url'
import type { ConsoleServices } from '../../config.ts'
import type { BwSettings } from './run-bw.ts'

/** How the program is run in a data folder. */
export function bwSettings(services: ConsoleServices, dataDir: string): BwSettings {
  const { bitwardenCommand, bitwardenCa, bitwardenTimeoutMs } = services.appConfig
  return {
    command: commandOf(bitwardenCommand),
    dataDir,
    caFile: bitwardenCa,
    timeoutMs: bitwardenTimeoutMs,
  }
}

/** The program a checkout brings along, when the configuration names none of its own. */
function commandOf(configured: string): string {
  if (configured !== 'bw') return configured
  try {
    return fileURLToPath(import.meta.resolve('@bitwarden/cli/build/bw.js'))
  } catch {
    return configured
  }
}
