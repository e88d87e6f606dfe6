import { defineCheck, fail, type Outcome, pass, type StaticCheck, skip } from '../define-check.ts'
import { judge } from '../evidence.ts'
import type { Compose, ComposeService } from './compose.ts'
import type { StaticContext } from './context.ts'

type Words = Omit<StaticCheck, 'phase' | 'run'>

/** A check of the compose file; without one nothing is proven. */
export function stackCheck(
  check: Words & { look(compose: Compose, context: StaticContext): Outcome | Promise<Outcome> },
): StaticCheck {
  const { look, ...words } = check
  return defineCheck<StaticCheck>({
    ...words,
    phase: 'static',
    async run(context) {
      const compose = await context.compose()
      return compose === undefined
        ? skip('There is no compose.yml here.', 'compose.yml がここにはありません。')
        : await look(compose, context)
    },
  })
}

/** What must hold for every service that stays up; `wrong` says what is wrong with one. */
function everyService(
  check: Words & { wrong(service: ComposeService, name: string): string | false | undefined },
): StaticCheck {
  const { wrong, ...words } = check
  return stackCheck({
    ...words,
    look(compose) {
      const found = Object.entries(compose.services).flatMap(([name, service]) => {
        const text = wrong(service, name)
        return text === undefined || text === false
          ? []
          : [{ name, text: text === '' ? name : `${name} (${text})` }]
      })
      const count = Object.keys(compose.services).length
      const line = compose.lineOf(found[0]?.name ?? '')
      return judge(
        found.map(({ text }) => text),
        { en: 'Not so:', ja: '満たさないサービス:' },
        { en: `So for all ${count} services.`, ja: `${count} サービスすべてが満たします。` },
        { file: compose.path, ...(line === undefined ? {} : { line }) },
      )
    },
  })
}

/** Steps run once by hand end by themselves: nothing restarts or watches them. */
const isStep = ({ restart, profiles }: ComposeService) =>
  restart === 'no' || restart === 'false' || profiles?.includes('steps') === true

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

const readOnly = everyService({
  id: 'stack.read-only',
  severity: 'high',
  title: {
    en: 'Containers cannot change their own files',
    ja: 'コンテナが自身のファイルを書き換えられない',
  },
  why: {
    en: 'Whoever gets in cannot leave anything behind that survives.',
    ja: '侵入されても、プログラムを置き換えて残すことができません。',
  },
  mend: {
    en: 'read_only: true, with tmpfs or volumes for what must be written.',
    ja: 'read_only: true とし、書き込み先は tmpfs かボリュームにします。',
  },
  minutes: 20,
  seeds: ['001 コンテナセキュリティ'],
  wrong: ({ read_only }) => read_only !== true && '',
})

const privileges = everyService({
  id: 'stack.no-new-privileges',
  severity: 'high',
  title: { en: 'No process can gain privileges', ja: 'プロセスが権限を増やせない' },
  why: {
    en: 'A setuid program in the image would make root of an ordinary user.',
    ja: 'setuid プログラムで一般ユーザーが root になれてしまいます。',
  },
  mend: {
    en: "security_opt: ['no-new-privileges:true'].",
    ja: "security_opt: ['no-new-privileges:true'] を加えます。",
  },
  minutes: 5,
  seeds: ['001 コンテナセキュリティ'],
  wrong: ({ security_opt = [] }) =>
    !security_opt.some((one) => /^no-new-privileges(:true)?$/.test(one)) && '',
})

const capabilities = everyService({
  id: 'stack.cap-drop',
  severity: 'high',
  title: {
    en: 'Containers give up every capability',
    ja: 'コンテナが特別な権限をすべて手放している',
  },
  why: {
    en: "Docker's default set still lets root in a container do much.",
    ja: 'Docker の既定では、なお多くの特権が残ります。',
  },
  mend: {
    en: 'cap_drop: [ALL]; add back single ones where needed.',
    ja: 'cap_drop: [ALL] とし、必要なものだけ戻します。',
  },
  minutes: 10,
  seeds: ['001 コンテナセキュリティ'],
  wrong: ({ cap_drop = [] }) => !cap_drop.some((one) => one.toUpperCase() === 'ALL') && '',
})

const privileged = everyService({
  id: 'stack.privileged',
  severity: 'critical',
  title: {
    en: 'No container is privileged or shares the host’s network',
    ja: '特権コンテナやホストのネットワークを使うものがない',
  },
  why: {
    en: 'Such a container is root on the host.',
    ja: 'そのコンテナはホストの root と同じです。',
  },
  mend: {
    en: 'Remove privileged, pid: host and network_mode: host.',
    ja: 'privileged、pid: host、network_mode: host を外します。',
  },
  minutes: 20,
  wrong: ({ privileged: is, pid, network_mode }) =>
    is === true
      ? 'privileged'
      : pid === 'host'
        ? 'pid: host'
        : network_mode === 'host' && 'network_mode: host',
})

const user = everyService({
  id: 'stack.user',
  severity: 'high',
  title: { en: 'No container runs as root', ja: 'root で動くコンテナがない' },
  why: {
    en: 'Root in a container is root on the host once the container leaks.',
    ja: 'コンテナを破られると、そのままホストの root になります。',
  },
  mend: { en: "user: '10001:10001'.", ja: "user: '10001:10001' を加えます。" },
  minutes: 15,
  seeds: ['001 rootユーザーでアプリケーションを実行しない'],
  // Without a user here the image's own counts, which only is known of ours.
  wrong: ({ user: given }) =>
    (given === undefined || /^(root|0)(:|$)/.test(given)) && (given ?? 'image’s'),
})

const memory = everyService({
  id: 'stack.memory-limits',
  severity: 'high',
  title: { en: 'Every container has a memory limit', ja: 'すべてのコンテナにメモリ上限がある' },
  why: {
    en: 'One that grows takes the whole machine down with it.',
    ja: '1 つの暴走がマシン全体を止めます。',
  },
  mend: {
    en: 'deploy.resources.limits.memory.',
    ja: 'deploy.resources.limits.memory を書きます。',
  },
  minutes: 10,
  seeds: [
    '001 リソース制限: CPUとメモリの使用量を制限',
    '000 Docker Compose プロダクション構成: limits',
  ],
  wrong: ({ mem_limit, deploy }) =>
    mem_limit === undefined && deploy?.resources?.limits?.memory === undefined && '',
})

const cpu = everyService({
  id: 'stack.cpu-limits',
  severity: 'medium',
  title: { en: 'Every container has a CPU limit', ja: 'すべてのコンテナに CPU 上限がある' },
  why: {
    en: 'One that spins must not starve the others.',
    ja: '1 つの暴走で、ほかが動けなくなります。',
  },
  mend: { en: 'deploy.resources.limits.cpus.', ja: 'deploy.resources.limits.cpus を書きます。' },
  minutes: 10,
  seeds: ['001 リソース制限: CPUとメモリの使用量を制限'],
  wrong: ({ cpus, deploy }) =>
    cpus === undefined && deploy?.resources?.limits?.cpus === undefined && '',
})

const logRotation = everyService({
  id: 'stack.log-rotation',
  severity: 'high',
  title: { en: 'Container logs are rotated', ja: 'コンテナのログがローテーションされる' },
  why: {
    en: 'Without a limit the log fills the disk, and everything stops at once.',
    ja: '上限がないとログがディスクを埋め、すべてが止まります。',
  },
  mend: {
    en: "logging: { driver: json-file, options: { max-size: 10m, max-file: '5' } }.",
    ja: 'logging に max-size と max-file を書きます。',
  },
  minutes: 5,
  seeds: [
    '001 ログローテーションの実装',
    '004 監視: ログローテーション設定',
    '000 ログローテーション',
  ],
  wrong: ({ logging }) =>
    !(
      logging?.driver === 'local' ||
      (logging?.options?.['max-size'] !== undefined && logging.options['max-file'] !== undefined) ||
      /^(awslogs|fluentd|syslog|journald)$/.test(logging?.driver ?? '')
    ) && '',
})

/** What our own images check by themselves. */
const OWN_HEALTH = /^(web|worker)/
const LONG_HELPERS = /(backup|exporter|shipper|acme)/

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
    if (isStep(service) || LONG_HELPERS.test(name)) return undefined
    if (service.healthcheck?.disable === true) return 'disabled'
    return service.healthcheck === undefined && !OWN_HEALTH.test(name) && ''
  },
})

const images = everyService({
  id: 'stack.pinned-images',
  severity: 'medium',
  title: { en: 'No service runs "latest"', ja: '「latest」で動くサービスがない' },
  why: {
    en: 'A restart may bring another version, at night, by itself.',
    ja: '再起動だけで、夜中に別の版へ変わることがあります。',
  },
  mend: { en: 'Name a version in the image.', ja: 'イメージのバージョンを書きます。' },
  minutes: 5,
  seeds: ['001 イメージを定期的に更新'],
  wrong: ({ image, build }) => {
    if (image === undefined) return build === undefined && 'no image'
    if (image.includes('$')) return undefined
    return !image.includes('@sha256:') && !/:(?!latest$)[^/]+$/.test(image) && image
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

const SECRET_NAME =
  /(SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|ENCRYPTION_KEYS|CREDENTIAL)S?$|(DATABASE|REDIS|MAIL)_URL$|_DSN$/

const secretFiles = everyService({
  id: 'stack.secrets-by-file',
  severity: 'high',
  title: { en: 'Secrets are given by files', ja: '秘密がファイルで渡されている' },
  why: {
    en: '`docker inspect`, crash reports and child processes show the environment.',
    ja: '環境変数は docker inspect や子プロセスから見えます。',
  },
  mend: {
    en: 'Mount a file and set NAME_FILE instead of NAME.',
    ja: 'ファイルを割り当て、NAME の代わりに NAME_FILE を設定します。',
  },
  minutes: 20,
  seeds: ['001 シークレット管理', '001 /run/secrets', '004 環境変数の設定（Secrets Manager）'],
  wrong: ({ environment = {} }) => {
    const names = Object.entries(environment).filter(
      ([name, value]) => SECRET_NAME.test(name) && !name.endsWith('_FILE') && value !== '',
    )
    return names.length > 0 && names.map(([name]) => name).join(' ')
  },
})

const dockerSocket = everyService({
  id: 'stack.docker-socket',
  severity: 'critical',
  title: {
    en: 'Only the console’s worker sees the Docker socket',
    ja: 'Docker ソケットが見えるのは管理コンソールのワーカーだけである',
  },
  why: {
    en: 'Whoever can speak to that socket is root on the host.',
    ja: 'ソケットに触れる人は、ホストの root です。',
  },
  mend: {
    en: 'Remove the mount; run such work in the profile of console-worker.',
    ja: '割り当てを外し、console-worker のプロファイルで動かします。',
  },
  minutes: 15,
  wrong: ({ volumes = [] }, name) => {
    const source = (one: (typeof volumes)[number]) =>
      typeof one === 'string' ? one : (one.source ?? '')
    return (
      !/^console-worker/.test(name) &&
      volumes.some((one) => /docker\.sock|\/var\/run\/?(:|$)/.test(source(one))) &&
      ''
    )
  },
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
  readOnly,
  privileges,
  capabilities,
  privileged,
  user,
  memory,
  cpu,
  logRotation,
  healthchecks,
  images,
  restart,
  secretFiles,
  dockerSocket,
  redundancy,
  grace,
  networks,
  volumes,
  migrateApart,
  small,
]
