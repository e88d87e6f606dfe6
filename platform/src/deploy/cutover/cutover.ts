import { type DnsOptions, dnsLines } from './dns-lines.ts'
import type { Line } from './line.ts'
import { type AskMonitor, monitorLines } from './monitor-lines.ts'
import { oldLine, type ServiceOptions, smokeLine } from './service-lines.ts'
import { type TlsOptions, tlsLines } from './tls-lines.ts'

export type CutoverOptions = DnsOptions &
  TlsOptions &
  ServiceOptions & { prometheus: AskMonitor; alertmanager: AskMonitor }

/**
 * The checklist of the day of the cut-over, each line with what was seen. Nothing is changed, but for
 * one write that the old system must refuse.
 *
 * @example
 * const lines = await checkCutover({ host: 'minato.example.com', … })
 * if (lines.some(({ status }) => status !== 'pass')) …
 */
export async function checkCutover(options: CutoverOptions): Promise<Line[]> {
  const [dns, tls, monitors, smoke, old] = await Promise.all([
    dnsLines(options),
    tlsLines(options),
    monitorLines(options.prometheus, options.alertmanager),
    smokeLine(options),
    oldLine(options),
  ])
  return [...dns, ...tls, ...monitors, smoke, old]
}
