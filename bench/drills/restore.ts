// npm run drill:restore [-- --mb 1000] [--report FILE]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { restoreDrill } from './restore-drill.ts'
import { reportOf } from './restore-report.ts'

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '1000' },
    report: { type: 'string', default: 'docs/reports/restore.md' },
  },
})
const found = await restoreDrill({
  megabytes: Number(values.mb),
  quietSeconds: 75,
  say: (line) => process.stderr.write(`${line}\n`),
})
writeFileSync(values.report, reportOf(found))
process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
process.exitCode = found.kept ? 0 : 1
