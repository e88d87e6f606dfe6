import { parse } from 'yaml'
import { z } from 'zod'
import { fail, pass, type StaticCheck } from '../define-check.ts'
import { judge } from '../evidence.ts'
import { operatingCheck } from './operating-check.ts'
import type { SourceTree } from './source-tree.ts'

const rule = z.looseObject({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]).transform(String).optional(),
  labels: z.record(z.string(), z.unknown()).optional(),
})
const ruleFile = z.looseObject({
  groups: z.array(z.looseObject({ rules: z.array(rule).nullish() })),
})
type Rule = z.infer<typeof rule> & { path: string }

async function readRules(files: SourceTree): Promise<Rule[]> {
  const found: Rule[] = []
  for (const path of files.matching(/^deploy\/prometheus\/.*\.ya?ml$/)) {
    if (/[._-]test\.|\/tests\//.test(path)) continue
    const parsed = ruleFile.safeParse(parse((await files.read(path)) ?? ''))
    if (!parsed.success) continue
    for (const one of parsed.data.groups.flatMap(({ rules }) => rules ?? []))
      found.push({ ...one, path })
  }
  return found
}

const isAlert = (one: Rule) => one.alert !== undefined

/** By a label or its name, or through a series recorded for that level which some alert reads. */
function isWatched(level: string, rules: readonly Rule[]): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[-_]/g, '')
  const named = ({ alert = '', labels }: Rule) =>
    labels?.['slo'] === level || plain(alert).includes(plain(level))
  if (rules.filter(isAlert).some(named)) return true
  const recorded = rules.flatMap(({ record, labels }) =>
    record !== undefined && labels?.['slo'] === level ? [record] : [],
  )
  return recorded.some((record) => {
    const reads = new RegExp(`${record}(?![\\w:])(?!\\{slo="(?!${level}"))`)
    return rules.some(({ alert, expr = '' }) => alert !== undefined && reads.test(expr))
  })
}

const alertRules = operatingCheck({
  id: 'observe.alert-rules',
  below: 'deploy/',
  severity: 'high',
  title: {
    en: 'Alert rules exist, each with a severity',
    ja: 'アラート規則があり、重大度が付いている',
  },
  why: {
    en: 'Otherwise the people who use the system are the first to notice.',
    ja: 'ないと、障害に最初に気付くのが利用者になります。',
  },
  mend: {
    en: 'Write rules under deploy/prometheus with labels.severity.',
    ja: 'deploy/prometheus に labels.severity 付きの規則を書きます。',
  },
  minutes: 120,
  seeds: ['000 アラート設定: 閾値設定', '004 CloudWatchアラームの設定', '004 監視の開始'],
  async look(files) {
    const found = (await readRules(files)).filter(isAlert)
    if (found.length === 0)
      return fail({
        en: 'There is no alert rule under deploy/prometheus.',
        ja: 'deploy/prometheus にアラート規則がありません。',
      })
    const bare = found.filter(({ labels }) => labels?.['severity'] === undefined)
    return judge(
      bare.map(({ alert = '' }) => alert),
      { en: 'Without a severity:', ja: '重大度なし:' },
      { en: `${found.length} alerts.`, ja: `アラート ${found.length} 件。` },
      { file: bare[0]?.path ?? '' },
    )
  },
})

const serviceLevels = operatingCheck({
  id: 'observe.service-levels',
  below: 'deploy/',
  severity: 'medium',
  title: { en: 'Every service level has an alert', ja: 'すべてのサービス水準にアラートがある' },
  why: {
    en: 'A promise nobody measures is broken unnoticed.',
    ja: '測らない約束は、気付かれずに破られます。',
  },
  mend: {
    en: 'Give each file of deploy/slo a rule that names it (labels.slo).',
    ja: 'deploy/slo の各ファイルに、labels.slo で名指しする規則を書きます。',
  },
  minutes: 60,
  seeds: ['000 改善指標: 可用性 99.9%', '000 改善指標: エラー率 0.1%', '000 レスポンス時間 200ms'],
  async look(files) {
    const levels = files.matching(/^deploy\/slo\/[^/]+\.(ya?ml|json)$/)
    if (levels.length === 0)
      return fail({ en: 'There is no deploy/slo.', ja: 'deploy/slo がありません。' })
    const texts = await Promise.all(levels.map(async (path) => (await files.read(path)) ?? ''))
    const names = levels.map((path, index) => {
      const data: unknown = parse(texts[index] ?? '')
      const given =
        typeof data === 'object' && data !== null && 'name' in data ? String(data.name) : ''
      return given || path.replace(/^.*\/|\.\w+$/g, '')
    })
    const rules = await readRules(files)
    const bare = names.filter((name) => !isWatched(name, rules))
    return judge(
      bare,
      { en: 'Without an alert:', ja: 'アラートなし:' },
      { en: names.join(', '), ja: names.join('、') },
      { file: 'deploy/slo' },
    )
  },
})

const routes = operatingCheck({
  id: 'observe.alert-routes',
  below: 'deploy/',
  severity: 'high',
  title: {
    en: 'Alerts reach somebody, and somebody else if nobody answers',
    ja: 'アラートが人に届き、応答がなければ次の人に届く',
  },
  why: {
    en: 'An alert that arrives nowhere is worse than none: everybody relies on it.',
    ja: 'どこにも届かないアラートは、安心感を与えるだけ有害です。',
  },
  mend: {
    en: 'Name receivers with mail, webhook or Slack in deploy/alertmanager, and an escalation route.',
    ja: 'deploy/alertmanager に受信者（メール等）と段階的な通知を書きます。',
  },
  minutes: 45,
  seeds: ['000 通知チャネル設定', '000 エスカレーションルール'],
  async look(files) {
    const [path] = files
      .matching(/^deploy\/alertmanager\/[^/]*\.(ya?ml|tmpl)$/)
      .filter((one) => /alertmanager\.ya?ml/.test(one))
    if (path === undefined)
      return fail({
        en: 'There is no deploy/alertmanager/alertmanager.yml.',
        ja: 'deploy/alertmanager/alertmanager.yml がありません。',
      })
    const settings = z
      .looseObject({
        route: z.looseObject({ routes: z.array(z.unknown()).optional() }),
        receivers: z.array(z.looseObject({ name: z.string() })),
      })
      .parse(parse((await files.read(path)) ?? ''))
    const reachable = settings.receivers.filter((one) =>
      Object.keys(one).some((key) => key.endsWith('_configs')),
    )
    const steps = settings.route.routes?.length ?? 0
    if (reachable.length < 2 || steps < 1) {
      return fail(
        {
          en: `${reachable.length} receivers, ${steps} routes: no escalation.`,
          ja: `受信者 ${reachable.length}、経路 ${steps}: 段階的な通知になっていません。`,
        },
        { file: path },
      )
    }
    return pass(
      `${reachable.length} receivers, ${steps} routes.`,
      `受信者 ${reachable.length}、経路 ${steps}。`,
    )
  },
})

const dashboards = operatingCheck({
  id: 'observe.dashboards',
  below: 'deploy/',
  severity: 'low',
  title: { en: 'Dashboards show what is going on', ja: 'ダッシュボードで状況が分かる' },
  why: {
    en: 'In an outage nobody has time to write queries.',
    ja: '障害時に問い合わせを書く時間はありません。',
  },
  mend: {
    en: 'Put Grafana dashboards under deploy/grafana.',
    ja: 'deploy/grafana にダッシュボードを置きます。',
  },
  minutes: 120,
  seeds: ['000 Grafanaダッシュボード作成', '004 インフラ監視'],
  async look(files) {
    const found: string[] = []
    for (const path of files.matching(/^deploy\/grafana\/.*\.json$/)) {
      const text = await files.read(path)
      if (text?.includes('"panels"')) found.push(path)
    }
    return found.length === 0
      ? fail({ en: 'There is none under deploy/grafana.', ja: 'deploy/grafana にありません。' })
      : pass(`${found.length} dashboards.`, `${found.length} 個。`)
  },
})

const shipping = operatingCheck({
  id: 'observe.log-shipping',
  below: 'deploy/',
  severity: 'medium',
  title: { en: 'Logs can be kept outside of the machine', ja: 'ログをマシンの外に保存できる' },
  why: {
    en: 'When the machine is gone or was broken into, its own log is no proof.',
    ja: 'マシンを失うか侵入されると、手元のログは役に立ちません。',
  },
  mend: {
    en: 'Set up a collector under deploy/logs (Vector or Fluent Bit) and start its profile.',
    ja: 'deploy/logs に収集の設定を置き、そのプロファイルを起動します。',
  },
  minutes: 60,
  seeds: ['004 ログ管理: S3（長期保存）', '001 コンテナログをホストに保存', '000 構造化ログ'],
  async look(files) {
    const found = files.matching(/^deploy\/logs\/.+/)
    return found.length === 0
      ? fail({ en: 'There is no deploy/logs.', ja: 'deploy/logs がありません。' })
      : pass(found.slice(0, 3).join(', '))
  },
})

/** Each with words that its title or file name must hold one of. */
const RUNBOOKS: readonly [string, RegExp][] = [
  ['restore', /restor/],
  ['lost key', /lost.*key|key.*lost/],
  ['failed deploy', /deploy/],
  ['database gone', /database|postgres/],
  ['Redis gone', /redis/],
  ['certificate', /certificate/],
  ['leaked secret', /leak/],
]

const runbooks = operatingCheck({
  id: 'docs.runbooks',
  below: 'docs/',
  severity: 'medium',
  title: {
    en: 'There is a runbook for each usual emergency',
    ja: 'よくある障害ごとに手順書がある',
  },
  why: {
    en: 'At three in the morning nobody thinks well.',
    ja: '午前 3 時に、落ち着いて考えられる人はいません。',
  },
  mend: {
    en: 'Write the missing ones under docs/guide, each ending in the command that proves it.',
    ja: '足りないものを docs/guide に書き、最後に確認コマンドを示します。',
  },
  minutes: 120,
  seeds: ['004 復旧手順書の作成', '004 移行後: 運用手順書の作成', '004 災害復旧テスト'],
  async look(files) {
    const paths = files.matching(/^docs\/guide\/(.*\/)?[^/]+\.md$/)
    const titles = await Promise.all(
      paths.map(async (path) => {
        const text = (await files.read(path)) ?? ''
        return [path, ...(text.match(/^#{1,2} .+$/gm) ?? [])].join(' ').toLowerCase()
      }),
    )
    const missing = RUNBOOKS.filter(([, words]) => !titles.some((title) => words.test(title)))
    return judge(
      missing.map(([name]) => name),
      { en: 'Missing:', ja: '不足:' },
      { en: `${RUNBOOKS.length} runbooks.`, ja: `${RUNBOOKS.length} 件そろっています。` },
      { file: 'docs/guide' },
    )
  },
})

const decisions = operatingCheck({
  id: 'docs.decisions',
  below: 'docs/',
  severity: 'low',
  title: {
    en: 'Where we do otherwise than asked, it says why',
    ja: '要望と違う実装の理由が書かれている',
  },
  why: {
    en: 'The next person would take it for a mistake and undo it.',
    ja: '次の担当者が誤りと思い、元に戻してしまいます。',
  },
  mend: { en: 'Write docs/decisions/seeds.md.', ja: 'docs/decisions/seeds.md を書きます。' },
  minutes: 60,
  seeds: ['004 移行後: 引き継ぎ', '004 移行後: ドキュメントの更新'],
  async look(files) {
    const text = await files.read('docs/decisions/seeds.md')
    return text === undefined
      ? fail({
          en: 'There is no docs/decisions/seeds.md.',
          ja: 'docs/decisions/seeds.md がありません。',
        })
      : pass(`${text.split('\n').length} lines.`, `${text.split('\n').length} 行。`)
  },
})

const loadTest = operatingCheck({
  id: 'docs.load-test',
  below: 'docs/',
  severity: 'medium',
  title: { en: 'The load test’s figures are written down', ja: '負荷テストの結果が記録されている' },
  why: {
    en: 'Nobody knows how many people the system carries until it breaks.',
    ja: '何人まで耐えるか、壊れるまで分かりません。',
  },
  mend: {
    en: 'Run the load test and keep its figures in docs/benchmarks.md.',
    ja: '負荷テストを行い、結果を docs/benchmarks.md に残します。',
  },
  minutes: 60,
  seeds: ['004 負荷テストの実施', '004 切り替え: パフォーマンス確認', '000 同時接続数 1000'],
  async look(files) {
    const text = (await files.read('docs/benchmarks.md')) ?? ''
    const headings = text.match(/^#{1,4} .*(load|負荷|signed-in users).*$/gim) ?? []
    const named = headings.length > 0 || /1,?000 signed-in/.test(text)
    return named
      ? pass(headings[0] ?? '1,000 signed-in users')
      : fail(
          {
            en: 'docs/benchmarks.md has no load test.',
            ja: 'docs/benchmarks.md に負荷テストがありません。',
          },
          { file: 'docs/benchmarks.md' },
        )
  },
})

export const operatingChecks: readonly StaticCheck[] = [
  alertRules,
  serviceLevels,
  routes,
  dashboards,
  shipping,
  runbooks,
  decisions,
  loadTest,
]
