import { defineCheck, fail, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { ComposeService } from './compose.ts'
import { everyService, isStep, stackCheck } from './stack-check.ts'

const ports = stackCheck({
  id: 'stack.ports',
  severity: 'critical',
  title: { en: 'Only nginx publishes ports', ja: 'ポートを公開するのは nginx だけである' },
  why: {
    en: 'A published database or Redis is found by scanners within hours; Docker opens the firewall for it.',
    ja: '公開された DB や Redis は数時間で見つかります。Docker はファイアウォールも開けます。',
  },
  mend: { en: 'Remove ports: from the service.', ja: 'そのサービスの ports: を削除します。' },
  minutes: 5,
  seeds: ['001 必要最小限のポートのみを公開', '004 セキュリティグループの設定'],
  look(compose) {
    const open = Object.entries(compose.services).filter(
      ([, { ports: list = [] }]) => list.length > 0,
    )
    const wrong = open.map(([name]) => name).filter((name) => name !== 'nginx')
    const line = compose.lineOf(wrong[0] ?? '')
    return judge(
      wrong,
      { en: 'Also publish:', ja: 'ほかに公開:' },
      {
        en: `Published by: ${open.map(([name]) => name).join(', ') || 'nobody'}.`,
        ja: `公開: ${open.map(([name]) => name).join('、') || 'なし'}。`,
      },
      { file: compose.path, ...(line === undefined ? {} : { line }) },
    )
  },
})

/** What our own images check by themselves. */
const OWN_HEALTH = /^(web|worker)/
const LONG_HELPERS = /(backup|exporter|shipper|acme)/

/** Of a profile beside the two colours: nobody's request goes there. */
const isExtra = ({ profiles = [] }: ComposeService) =>
  profiles.length > 0 && !profiles.some((one) => /^(blue|green|console)$/.test(one))

const healthchecks = everyService({
  id: 'stack.healthchecks',
  severity: 'medium',
  title: { en: 'Every service tells whether it is well', ja: 'すべてのサービスが状態を知らせる' },
  why: {
    en: 'A container that hangs looks like one that works, and traffic goes on to it.',
    ja: '固まったコンテナに通信が流れ続けます。',
  },
  mend: { en: 'Give it a healthcheck.', ja: 'healthcheck を加えます。' },
  minutes: 15,
  seeds: ['001 ヘルスチェック', '004 ロードバランサー: ヘルスチェック'],
  wrong: (service, name) => {
    if (isStep(service) || LONG_HELPERS.test(name) || isExtra(service)) return undefined
    if (service.healthcheck?.disable === true) return 'disabled'
    return service.healthcheck === undefined && !OWN_HEALTH.test(name) && ''
  },
})

const restart = everyService({
  id: 'stack.restart',
  severity: 'medium',
  title: { en: 'Services come back by themselves', ja: 'サービスが自動で再起動する' },
  why: {
    en: 'After a crash or a reboot somebody would have to be awake.',
    ja: '異常終了や再起動のたびに人手が必要になります。',
  },
  mend: { en: 'restart: unless-stopped.', ja: 'restart: unless-stopped を加えます。' },
  minutes: 5,
  seeds: ['001 docker-compose.yml: restart: always'],
  wrong: (service) =>
    !isStep(service) && !/^(always|unless-stopped|on-failure)/.test(service.restart ?? '') && '',
})

const redundancy = stackCheck({
  id: 'stack.redundancy',
  severity: 'medium',
  title: { en: 'Two web processes and two workers run', ja: 'Web とワーカーが 2 つずつ動く' },
  why: {
    en: 'One that restarts or is deployed must not be the only one.',
    ja: '1 つだけでは、再起動やデプロイのたびに止まります。',
  },
  mend: {
    en: 'deploy.replicas: 2 for web and worker.',
    ja: 'web と worker に deploy.replicas: 2 を書きます。',
  },
  minutes: 10,
  seeds: ['000 replicas: 2', '004 アプリケーションサーバー: 2インスタンス', '004 Auto Scaling設定'],
  look({ services, path }) {
    const count = (role: string) =>
      Math.max(
        0,
        ...Object.entries(services)
          .filter(([name]) => name.startsWith(role))
          .map(([, { deploy }]) => Number(deploy?.replicas ?? 1)),
      )
    const [web, worker] = [count('web'), count('worker')]
    const seen = `web ${web}, worker ${worker}`
    return web >= 2 && worker >= 2 ? pass(seen) : fail(seen, { file: path })
  },
})

const grace = everyService({
  id: 'stack.stop-grace',
  severity: 'medium',
  title: {
    en: 'Containers get the time to finish what they do',
    ja: 'コンテナが処理を終える時間を与えられる',
  },
  why: {
    en: 'Docker kills after 10 s: answers and jobs in progress would be cut.',
    ja: 'Docker は 10 秒で強制終了し、処理中の応答やジョブが切れます。',
  },
  mend: {
    en: 'stop_grace_period: 40s for web and worker (HTTP_DRAIN_DEADLINE is 20 s).',
    ja: 'web と worker に stop_grace_period: 40s を書きます。',
  },
  minutes: 5,
  wrong: ({ stop_grace_period }, name) =>
    /^(web|worker)/.test(name) && secondsOf(stop_grace_period) < 30 && (stop_grace_period ?? '10s'),
})

function secondsOf(text: string | undefined): number {
  const match = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(text ?? '10s')
  return match === null ? 0 : Number(match[1] ?? 0) * 60 + Number(match[2] ?? 0)
}

const networks = stackCheck({
  id: 'stack.networks',
  severity: 'high',
  title: {
    en: 'nginx cannot reach the database or Redis',
    ja: 'nginx から DB や Redis に届かない',
  },
  why: {
    en: 'What faces the internet must not be one step from the data.',
    ja: '外に面したものは、データから離しておきます。',
  },
  mend: {
    en: 'Put PostgreSQL and Redis on a network of their own.',
    ja: 'PostgreSQL と Redis を別のネットワークに置きます。',
  },
  minutes: 15,
  seeds: ['001 コンテナ間通信を制限', '004 VPCとサブネットの構成'],
  look({ services, path }) {
    const of = (name: string) => services[name]?.networks ?? ['default']
    const shared = (['postgres', 'redis'] as const).filter(
      (name) => services[name] !== undefined && of(name).some((one) => of('nginx').includes(one)),
    )
    return judge(
      shared,
      { en: 'On a network with nginx:', ja: 'nginx と同じネットワーク:' },
      { en: 'Separate networks.', ja: 'ネットワークは分かれています。' },
      { file: path },
    )
  },
})

const volumes = stackCheck({
  id: 'stack.volumes',
  severity: 'critical',
  title: { en: 'Data outlives its containers', ja: 'データがコンテナより長く残る' },
  why: {
    en: 'Without a volume an update of the image deletes the database.',
    ja: 'ボリュームがないと、イメージ更新で DB が消えます。',
  },
  mend: {
    en: 'Give postgres and redis named volumes.',
    ja: 'postgres と redis に名前付きボリュームを割り当てます。',
  },
  minutes: 10,
  look({ services, path, volumes: named = {} }) {
    const without = (['postgres', 'redis'] as const).filter((name) => {
      const mounts = services[name]?.volumes ?? []
      const sources = mounts.map(
        (one) => (typeof one === 'string' ? one.split(':')[0] : one.source) ?? '',
      )
      return services[name] !== undefined && !sources.some((source) => source in named)
    })
    return judge(
      without,
      { en: 'Without a named volume:', ja: '名前付きボリュームなし:' },
      { en: 'Named volumes.', ja: '名前付きボリュームあり。' },
      { file: path },
    )
  },
})

const migrateApart = everyService({
  id: 'stack.migrate-apart',
  severity: 'high',
  title: { en: 'Migrations are a step of their own', ja: 'マイグレーションが独立した手順である' },
  why: {
    en: 'Two containers that migrate when they start race each other, and a crash loop repeats it.',
    ja: '起動時に実行すると競合し、再起動のたびに繰り返します。',
  },
  mend: {
    en: 'Take `migrate` out of the command; run it by `minato deploy` or `docker compose run --rm migrate`.',
    ja: '起動コマンドから migrate を外し、`minato deploy` か `docker compose run --rm migrate` で実行します。',
  },
  minutes: 15,
  seeds: ['004 データベースマイグレーション'],
  wrong: (service) =>
    !isStep(service) &&
    [...(service.command ?? []), ...(service.entrypoint ?? [])].some((word) =>
      /\bmigrate\b/.test(word),
    ) &&
    '',
})

const small = defineCheck<StaticCheck>({
  id: 'stack.small-machine',
  phase: 'static',
  severity: 'low',
  title: { en: 'A profile fits a machine of 1 GB', ja: '1 GB のマシンに収まる構成がある' },
  why: {
    en: 'The smallest cloud machine must run the system without being killed for memory.',
    ja: '最小のクラウドマシンでも、メモリ不足で落ちずに動く必要があります。',
  },
  mend: {
    en: 'deploy/compose.small.yml with one web of 512 MB and 0.5 CPU.',
    ja: 'deploy/compose.small.yml で web を 512 MB、0.5 CPU にします。',
  },
  minutes: 30,
  seeds: ['001 EC2無料枠向け最適化', '001 メモリ制約 (1GB)'],
  async run({ files }) {
    const path = ['deploy/compose.small.yml', 'deploy/small.env'].find((one) =>
      files.paths.includes(one),
    )
    const text = path === undefined ? undefined : await files.read(path)
    if (path === undefined || text === undefined) {
      return files.paths.some((one) => one.startsWith('deploy/'))
        ? fail({
            en: 'There is no deploy/compose.small.yml.',
            ja: 'deploy/compose.small.yml がありません。',
          })
        : skip('There is no deploy folder here.', 'deploy フォルダーがここにはありません。')
    }
    return /0\.5\b/.test(text) && /512m/i.test(text)
      ? pass(`${path}: 0.5 CPU, 512 MB`)
      : fail(
          {
            en: 'It does not limit the web to 0.5 CPU and 512 MB.',
            ja: 'web が 0.5 CPU・512 MB に制限されていません。',
          },
          { file: path },
        )
  },
})

export const stackChecks: readonly StaticCheck[] = [
  ports,
  healthchecks,
  restart,
  redundancy,
  grace,
  networks,
  volumes,
  migrateApart,
  small,
]
