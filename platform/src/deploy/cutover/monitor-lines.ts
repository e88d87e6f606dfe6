import { z } from 'zod'
import { type Line, type LineWords, lineOf } from './line.ts'

/** Asks a monitoring program for a page; how it is reached differs from stack to stack. */
export type AskMonitor = (path: string) => Promise<string>

const TARGETS: LineWords = {
  id: 'monitors.targets',
  title: { en: 'Prometheus reaches every target', ja: 'Prometheus が全対象を監視している' },
  mend: {
    en: 'Start it with the profile `watch` and see http://prometheus:9090/targets for what it does not reach.',
    ja: 'プロファイル `watch` で起動し、http://prometheus:9090/targets で届かない対象を確認してください。',
  },
}
const RULES: LineWords = {
  id: 'monitors.rules',
  title: {
    en: 'Alert rules are loaded and sent to Alertmanager',
    ja: 'アラート規則が読み込まれ、Alertmanager に届く',
  },
  mend: {
    en: 'Mount deploy/prometheus with its rules, and name Alertmanager in prometheus.yml.',
    ja: 'deploy/prometheus の規則を読み込み、prometheus.yml に Alertmanager を指定してください。',
  },
}
const ROUTE: LineWords = {
  id: 'monitors.route',
  title: { en: 'Alerts reach people', ja: 'アラートの送り先がある' },
  mend: {
    en: 'Set ALERT_SMTP, ALERT_FROM and ALERT_MAIL_TO (or a webhook) in .env and start the profile `alerts`.',
    ja: '.env に ALERT_SMTP・ALERT_FROM・ALERT_MAIL_TO（または Webhook）を設定し、プロファイル `alerts` で起動してください。',
  },
}

const targets = z.object({
  data: z.object({
    activeTargets: z.array(
      z.object({ health: z.string(), labels: z.record(z.string(), z.string()) }),
    ),
  }),
})
const rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({ rules: z.array(z.object({ type: z.string(), health: z.string() })) }),
    ),
  }),
})
const managers = z.object({
  data: z.object({ activeAlertmanagers: z.array(z.object({ url: z.string() })) }),
})
const status = z.object({ config: z.object({ original: z.string() }) })

export async function monitorLines(
  prometheus: AskMonitor,
  alertmanager: AskMonitor,
): Promise<Line[]> {
  return [
    await lineOf(TARGETS, async () => {
      const answer = await prometheus('/api/v1/targets?state=active')
      const { activeTargets } = targets.parse(JSON.parse(answer)).data
      const down = activeTargets.filter(({ health }) => health !== 'up')
      const names = down.map(({ labels }) => `${labels['job']} ${labels['instance']}`)
      const evidence = `${activeTargets.length - down.length} of ${activeTargets.length} up${names.length === 0 ? '' : `; not: ${names.join(', ')}`}`
      const well = activeTargets.length > 0 && down.length === 0
      return { status: well ? 'pass' : 'fail', evidence }
    }),
    await lineOf(RULES, async () => {
      const { groups } = rules.parse(JSON.parse(await prometheus('/api/v1/rules'))).data
      const alerts = groups
        .flatMap((group) => group.rules)
        .filter(({ type }) => type === 'alerting')
      const broken = alerts.filter(({ health }) => health === 'err')
      const found = managers.parse(JSON.parse(await prometheus('/api/v1/alertmanagers')))
      const { activeAlertmanagers } = found.data
      const evidence = `${alerts.length} alert rules, ${broken.length} in error; Alertmanagers: ${activeAlertmanagers.map(({ url }) => url).join(', ') || 'none'}`
      const well = alerts.length > 0 && broken.length === 0 && activeAlertmanagers.length > 0
      return { status: well ? 'pass' : 'fail', evidence }
    }),
    await lineOf(ROUTE, async () => {
      const { config } = status.parse(JSON.parse(await alertmanager('/api/v2/status')))
      const kinds = [...config.original.matchAll(/^\s*-?\s*(\w+)_configs:/gm)].map(
        ([, kind]) => kind,
      )
      const ways = [...new Set(kinds)]
      const evidence =
        ways.length === 0 ? 'no receiver sends anything' : `receivers send by ${ways.join(', ')}`
      return { status: ways.length > 0 ? 'pass' : 'fail', evidence }
    }),
  ]
}
