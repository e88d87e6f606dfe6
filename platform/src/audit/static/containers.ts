import type { StaticCheck } from '../define-check.ts'
import type { ComposeService } from './compose.ts'
import { everyService } from './stack-check.ts'

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
  // console-worker reaches the servers' ports there, and holds the Docker socket anyway.
  wrong: ({ privileged: is, pid, network_mode }, name) =>
    is === true
      ? 'privileged'
      : pid === 'host'
        ? 'pid: host'
        : network_mode === 'host' && !/^console-worker/.test(name) && 'network_mode: host',
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
  wrong: (service) => isRoot(service) && !isReaderOnly(service) && (service.user ?? 'image’s'),
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

function isRoot({ user: given }: ComposeService): boolean {
  return given === undefined || /^(root|0)(:|$)/.test(given)
}

/** Root without any capability but to read files of others, as a collector of the engine's logs needs. */
function isReaderOnly({ user: given, cap_drop, cap_add = [], read_only }: ComposeService): boolean {
  const dropped = cap_drop?.includes('ALL') === true && read_only === true
  return given !== undefined && dropped && cap_add.join() === 'DAC_READ_SEARCH'
}

export const containerChecks: readonly StaticCheck[] = [
  readOnly,
  privileges,
  capabilities,
  privileged,
  user,
  memory,
  cpu,
  logRotation,
  images,
  secretFiles,
  dockerSocket,
]
