import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Report } from '@minato/platform/audit'
import type { Stack } from './up.ts'

/** What this stack is not: real services, and a certificate that strangers believe. */
const WAIVERS = [
  { id: 'sandbox.none', reason: 'Model and mail of this trial are stand-ins.' },
  { id: 'tls.trusted', reason: 'The certificate of this trial vouches for itself.' },
]

/** Every phase of `minato audit` on the production stack: green, but for what is waived. */
export async function audit(stack: Stack): Promise<Report> {
  const report = await runAudit(stack)
  const findings = report.results
    .filter(({ status, waiver }) => status === 'fail' && waiver === undefined)
    .map(({ id, evidence }) => `${id}: ${evidence.en}`)
  assert.deepEqual(findings, [])
  assert.deepEqual(report.phases, ['static', 'boot', 'live'])
  assert.ok(report.counts.pass > 100, `${report.counts.pass} checks passed`)
  return report
}

/** Runs it as an operator would: a process of the release beside the others, inside the network. */
export async function runAudit(stack: Stack): Promise<Report> {
  const file = join(stack.folder, 'waivers.json')
  const expires = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
  await writeFile(file, JSON.stringify(WAIVERS.map((one) => ({ ...one, owner: 'tests', expires }))))
  const services = stack.compose(['ps', '--services', '--status', 'running']).stdout.split(/\s+/)
  const web = services.find((name) => /^web(-|$)/.test(name))
  assert.ok(web, `a web service runs: ${services.join(', ')}`)
  const alerts = services.includes('alertmanager')
    ? ['-e', 'AUDIT_ALERTMANAGER_URL=http://alertmanager:9093']
    : []
  const waivers = ['-e', 'AUDIT_WAIVERS=/waivers.json', '-v', `${file}:/waivers.json:ro`]
  const asked = ['audit', '--json', '--url', 'https://nginx:8443']
  const run = ['run', '--rm', '--no-deps', '-T', ...alerts, ...waivers, web, ...asked]
  const ran = stack.compose(run, { mayFail: true })
  assert.match(ran.stdout, /^\s*\{/, `no report (${ran.status}): ${ran.stderr.slice(-2000)}`)
  return JSON.parse(ran.stdout) as Report
}
