import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { asMarkdown } from '@minato/platform/deploy'
import { type DeployFigures, deploySteps } from '../../test/stack/deploy.ts'
import { startStack } from '../../test/stack/up.ts'

// `npm run drill:deploy`: releases good and bad through a whole production stack, under full load. Writes
// docs/reports/deploy.md. Needs a Docker engine (test/docker/prepare) and some ten minutes.
const ROOT = dirname(dirname(import.meta.dirname))
const { values } = parseArgs({
  options: {
    rps: { type: 'string', default: '200' },
    sockets: { type: 'string', default: '200' },
    watch: { type: 'string', default: '20s' },
    replicas: { type: 'string', default: '2' },
    report: { type: 'string', default: join(ROOT, 'docs/reports/deploy.md') },
  },
})
const [perSecond, sockets] = [Number(values.rps), Number(values.sockets)]
const { replicas } = values
const stack = await startStack({ stack: { WEB_REPLICAS: replicas, WORKER_REPLICAS: replicas } })
try {
  const figures = await deploySteps(stack, { perSecond, sockets, watch: values.watch })
  writeFileSync(values.report, reportOf(figures))
  process.stdout.write(`${values.report}\n`)
} finally {
  await stack.stop()
}

function reportOf(figures: DeployFigures): string {
  const made = new Date().toISOString().slice(0, 10)
  const intro = [
    '# Deploys, measured',
    '',
    `Made by \`npm run drill:deploy\` on ${made}: the production stack on one machine (${cpus().length} cores, which also made the load), ${replicas} web and ${replicas} worker processes a color, ${perSecond} requests/s and ${sockets} live connections through nginx over TLS.`,
    '',
  ]
  const loads = figures.flatMap(({ load }) => load ?? [])
  const under = loads.map((load) => {
    const events = load.seen.reduce((sum, mine) => sum + mine.length, 0)
    return `Load during "a good release under load": ${load.requests} requests, **${load.failed.length} failed**, ${load.resent} sent again on a kept connection that nginx was closing (as browsers do); p50 ${load.p50Ms} ms, p95 ${load.p95Ms} ms, slowest ${load.maxMs} ms. ${load.marks.length} writes, each there once. ${load.waves.length} durable events to ${load.seen.length} connections, ${events} deliveries, **none lost, none twice**; ${load.reconnects} reconnects. ${load.jobs.length} jobs, each run once.\n`
  })
  const parts = figures
    .filter(({ load }) => load === undefined)
    .map(({ name, record }) =>
      asMarkdown(record).replace(/^## .*$/m, `## ${name}: ${record.state}`),
    )
  return [...intro, ...under, ...parts].join('\n')
}
