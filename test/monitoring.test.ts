import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { levelRules } from '../deploy/slo/rules.ts'
import { testServer } from '../platform/src/app/testing.ts'
import { createQueryMetrics } from '../platform/src/data/query-metrics.ts'
import { readCertificate } from '../platform/src/observe/certificate.ts'
import { redisFigures } from '../platform/src/observe/process-figures.ts'
import { findPeer, skipWithout } from './peers.ts'
import { metricNames } from './promql-names.ts'

const ROOT = dirname(import.meta.dirname)
const RULES = globSync('deploy/prometheus/rules/*.yml', { cwd: ROOT }).sort()
const TESTS = globSync('deploy/prometheus/tests/*.test.yml', { cwd: ROOT }).sort()
const DASHBOARDS = globSync('deploy/grafana/dashboards/*.json', { cwd: ROOT }).sort()
const run = promisify(execFile)
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

type Rule = {
  alert?: string
  record?: string
  expr: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}
const rules = RULES.flatMap((file) =>
  (parse(read(file)) as { groups: { rules: Rule[] }[] }).groups.flatMap((group) => group.rules),
)
const alerts = rules.filter((rule) => rule.alert !== undefined)

test('the rules of the service levels are those of their files', () => {
  assert.equal(read('deploy/prometheus/rules/slo-levels.yml'), levelRules())
})

test('rules are valid, and every alert stays quiet, fires and is tested', {
  skip: skipWithout('promtool'),
}, async () => {
  const promtool = findPeer('promtool') ?? ''
  const inRoot = { cwd: ROOT }
  await run(promtool, ['check', 'rules', ...RULES], inRoot)
  await run(
    promtool,
    ['check', 'config', '--syntax-only', 'deploy/prometheus/prometheus.yml'],
    inRoot,
  )
  // It evaluates groups in no set order: an alert that reads another group's series may come one round
  // late, in about one run of six. What fails twice is a fault of the rules.
  const rules = () => run(promtool, ['test', 'rules', ...TESTS], inRoot)
  await rules().catch(rules)
})

test('every alert has a test in which it is quiet and one in which it fires', () => {
  const counts = TESTS.flatMap((file) =>
    [...read(file).matchAll(/alertname=~?"([^"]+)".*exp_samples: \[\{ value: (\d+)/g)].flatMap(
      ([, names = '', value]) => names.split('|').map((name) => ({ name, fires: value !== '0' })),
    ),
  )
  const untested = alerts.filter(
    ({ alert }) =>
      !counts.some(({ name, fires }) => name === alert && fires) ||
      !counts.some(({ name, fires }) => name === alert && !fires),
  )
  assert.ok(alerts.length > 40)
  assert.deepEqual(
    untested.map(({ alert }) => alert),
    [],
  )
})

test('every alert says in both languages what it is and what to do, and how urgent it is', () => {
  for (const { alert, annotations = {}, labels = {} } of alerts) {
    const { summary, summary_ja, action, action_ja } = annotations
    for (const text of [summary, summary_ja, action, action_ja]) assert.ok(text, `${alert}`)
    assert.match(`${summary_ja}${action_ja}`, /[ぁ-ん]/, `${alert}`)
    assert.match(labels['severity'] ?? '', /^(page|ticket)$/, `${alert}`)
  }
})

test('every metric that an alert, a level or a panel asks for exists', async () => {
  const known = await knownMetrics()
  for (const { record } of rules) if (record !== undefined) known.add(record)
  for (const name of ['up', 'ALERTS']) known.add(name)
  // Figures of the host are those of node_exporter.
  const isKnown = (name: string) => known.has(name) || name.startsWith('node_')
  const asked = [
    ...rules.map(({ expr, alert, record }) => ({ expr, place: alert ?? record ?? '' })),
    ...DASHBOARDS.flatMap(panelQueries),
  ]
  assert.ok(asked.length > 150, 'rules and panels were read')
  const unknown = asked.flatMap(({ expr, place }) =>
    metricNames(expr)
      .filter((name) => !isKnown(name))
      .map((name) => `${place}: ${name}`),
  )
  assert.deepEqual(unknown, [])
})

test('names are found in a query, and nothing else is', () => {
  const query =
    'topk(8, sum by (route) (rate(a_total{route!~"/x|b_total"}[5m]))) / on (slo) c:d or vector(0) > bool 1e3 and time() - max(e{f="g"}) offset 5m'
  assert.deepEqual(metricNames(query), ['a_total', 'c:d', 'e', 'm'].slice(0, 3))
})

type Panel = { title: string; targets?: { expr: string }[] }

function panelQueries(file: string): { expr: string; place: string }[] {
  const { title, panels } = JSON.parse(read(file)) as { title: string; panels: Panel[] }
  return panels.flatMap((panel) => {
    assert.ok((panel.targets ?? []).length > 0, `${title}, ${panel.title}: no query`)
    return (panel.targets ?? []).map(({ expr }) => ({ expr, place: `${title}, ${panel.title}` }))
  })
}

/** What a server with all apps tells, and what it tells only with PostgreSQL, Redis and HTTPS. */
async function knownMetrics(): Promise<Set<string>> {
  await using server = await testServer({ env: { HTTP_MAX_RSS: '4gb' } })
  const { metrics, log } = server.services
  createQueryMetrics(metrics, 500, { totalCount: 0, idleCount: 0, waitingCount: 0 })
  redisFigures(metrics, { info: async () => 'used_memory:1\r\nmaxmemory:2\r\n' })
  const refuse = () => Promise.reject(new Error('not here'))
  await readCertificate({ metrics, log, outbound: { connect: refuse }, publicUrl: 'https://x' })
  const known = new Set<string>()
  for (const [, name = '', type] of (await metrics.expose()).matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    known.add(name)
    if (type !== 'histogram') continue
    for (const part of ['bucket', 'sum', 'count']) known.add(`${name}_${part}`)
  }
  return known
}

test('Alertmanager takes the configuration with every way switched on, and with mail alone', {
  skip: skipWithout('amtool'),
}, async (t) => {
  const amtool = findPeer('amtool') ?? ''
  const folder = mkdtempSync(join(tmpdir(), 'minato-alertmanager-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const mail = {
    ALERT_SMTP: 'mail.example:587',
    ALERT_FROM: 'minato@example.com',
    ALERT_MAIL_TO: 'team@example.com',
  }
  const every = {
    ALERT_SMTP_USER: 'minato',
    ALERT_WEBHOOK_URL: 'https://hooks.example/minato',
    ALERT_MAIL_ESCALATE: 'head@example.com',
  }
  for (const [name, text] of [
    ['smtp_password', 'p'],
    ['slack_url', 'https://hooks.slack.example/services/x'],
    ['webhook_token', 't'],
  ]) {
    writeFileSync(join(folder, name ?? ''), text ?? '')
  }
  const print = async (env: Record<string, string>) => {
    const { stdout } = await run(join(ROOT, 'deploy/alertmanager/start'), ['--print'], {
      env: { PATH: process.env['PATH'] ?? '', ...env },
    })
    const file = join(folder, 'alertmanager.yml')
    writeFileSync(file, stdout)
    await run(amtool, ['check-config', file])
    return { stdout, file }
  }
  const full = await print({ ...mail, ...every, ALERT_SECRETS: folder })
  for (const word of ['slack_configs', 'webhook_configs', 'smtp_password', 'head@example.com']) {
    assert.ok(full.stdout.includes(word), word)
  }
  const plain = await print({ ...mail, ALERT_SECRETS: join(folder, 'none') })
  assert.doesNotMatch(plain.stdout, /^\s*(slack|webhook)_configs|^\s*smtp_auth|\$\{[A-Z]/m)
  const route = async (severity: string) => {
    const args = ['config', 'routes', 'test', `--config.file=${plain.file}`]
    return (await run(amtool, [...args, `severity=${severity}`])).stdout.trim()
  }
  assert.equal(await route('page'), 'on-call,escalation')
  assert.equal(await route('ticket'), 'team')
  await assert.rejects(print({}), /ALERT_MAIL_TO is not set/)
})
