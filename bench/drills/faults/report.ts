import { cpus } from 'node:os'
import type { Suffered } from './suffer.ts'

/** The page for docs/reports: a row a fault. */
export function reportOf(
  found: readonly Suffered[],
  scale: { perSecond: number; sockets: number },
): string {
  const rows = found.map((one) => [
    one.besides === undefined ? one.name : `${one.name} (${one.besides})`,
    `${total(one.failed)} of ${one.requests}`,
    `${(one.failedForMs / 1000).toFixed(1)} s`,
    listed(one.failed),
    `${one.p95Ms} ms`,
    `${(one.healedMs / 1000).toFixed(1)} s`,
    String(one.reconnects),
    listed(one.answers),
    String(one.signedOut),
    `${one.writes} writes, ${one.events} events, ${one.jobs.queued} jobs${one.jobs.twice > 0 ? ` (${one.jobs.twice} run twice)` : ''}`,
    one.lost.length === 0 ? '**nothing**' : one.lost.slice(0, 5).join('; '),
  ])
  const head = [
    'fault',
    'requests that failed',
    'over',
    'what they were told',
    'p95',
    'all healthy after',
    'reconnects',
    'answers being written',
    'signed out',
    'promised meanwhile',
    'lost',
  ]
  return [
    '# Faults, measured',
    '',
    `Made by \`npm run drill:faults\` on ${new Date().toISOString().slice(0, 10)}: the production stack on one machine (${cpus().length} cores, which also made the load), two web and two worker processes, ${scale.perSecond} requests/s, ${scale.sockets} live connections and five people with an answer being written, through nginx over TLS.`,
    '',
    'A request counts as failed when it was not answered 200, for whatever reason; nothing is tried again but a',
    'request on a kept connection that was just being closed. **Lost** counts what had been promised before: a write',
    'that was answered 200, a durable event of such a write for each connection once and in order, a job to its end,',
    'a question with its answer or the mark that it was cut, a session.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...rows.map(line),
    '',
  ].join('\n')
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

function listed(counts: Readonly<Record<string, number>>): string {
  const words = Object.entries(counts).sort(([, a], [, b]) => b - a)
  return words.map(([word, count]) => `${count} × ${word}`).join(', ')
}
