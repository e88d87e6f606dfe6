import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { GOOD_FILES } from '../test/good-files.ts'
import { staticContextOn } from './context.ts'
import { staticChecks } from './index.ts'
import type { SourceTree } from './source-tree.ts'

const ROOT = join(import.meta.dirname, '../../../..')

type Change = string | undefined | ((text: string) => string)

/** The good files with some of them changed (a text, a replacement) or taken away. */
function contextWith(changes: Record<string, Change> = {}, git = true) {
  const files: Record<string, string | undefined> = {
    ...GOOD_FILES,
    '.env.development': readFileSync(join(ROOT, '.env.development'), 'utf8'),
  }
  for (const [path, change] of Object.entries(changes)) {
    const before = files[path] ?? ''
    const after = typeof change === 'function' ? change(before) : change
    assert.notEqual(after, before, `${path} is not changed`)
    files[path] = after
  }
  const paths = Object.keys(files).filter((path) => files[path] !== undefined)
  const tree: SourceTree = {
    git,
    paths,
    matching: (pattern) => paths.filter((path) => pattern.test(path)),
    read: async (path) => files[path],
  }
  return staticContextOn(tree, { root: ROOT, env: {}, apps: [] })
}

async function outcomeOf(id: string, context: ReturnType<typeof contextWith>) {
  const check = staticChecks.find((one) => one.id === id)
  assert.ok(check, id)
  return await check.run(context, AbortSignal.timeout(5000))
}

for (const { id } of staticChecks) {
  test(`${id}: content with a good checkout`, async () => {
    const { status, evidence } = await outcomeOf(id, contextWith())
    assert.equal(status, 'pass', JSON.stringify(evidence))
  })
}

const swap = (from: string, to: string) => (text: string) => text.replace(from, to)
const COMPOSE = 'deploy/compose.yml'
const IMAGE = 'deploy/Dockerfile'
const NGINX = 'deploy/nginx/nginx.conf'
const PG = 'deploy/postgres/postgresql.conf'
const CI = '.github/workflows/ci.yml'
const LOCK = 'package-lock.json'
/** Made up here, so that the scan of this very file finds nothing. */
const TOKEN = ['ghp', 'x7Kq2mVt9RbY4nWc8ZpLd3sHf6JgTa1eUo5i'].join('_')

const FAULTS: [string, Record<string, Change>, RegExp?][] = [
  [
    'secrets.committed',
    { 'apps/a/config.ts': `const key = '${TOKEN}'\n` },
    /apps\/a\/config\.ts:1/,
  ],
  ['secrets.committed', { 'key.txt': `\n-----BEGIN ${'PRIVATE KEY'}-----\n` }, /key\.txt:2/],
  [
    'secrets.development-keys',
    { '.env.development': 'AUTH_SECRET=another-one-which-is-not-known\n' },
  ],
  ['supply.lock-file', { [LOCK]: undefined }],
  ['supply.lock-file', { 'package.json': '{"dependencies":{"a":"1.2.4"}}' }, /: a/],
  ['supply.integrity', { [LOCK]: swap('"integrity":"sha512-x"', '"x":1') }, /: a/],
  ['supply.integrity', { [LOCK]: swap('https://registry.example/b', 'git+ssh://x/b') }, /: b/],
  ['supply.exact-versions', { 'package.json': '{"dependencies":{"a":"^1.2.3"}}' }],
  ['supply.install-scripts', { 'package.json': '{}' }, /: b/],
  ['secrets.env-files', { 'deploy/.env.production': 'A=1\n' }, /\.env\.production/],
  ['secrets.env-files', { 'deploy/secrets/auth': 'x\n' }],
  ['secrets.env-files', { '.gitignore': 'node_modules/\n' }],
  ['docs.changelog', { 'CHANGELOG.md': '# Changes\n' }],
  ['image.non-root', { [IMAGE]: swap('USER 10001:10001\n', '') }],
  ['image.non-root', { [IMAGE]: swap('USER 10001:10001', 'USER 0:0') }],
  ['image.multi-stage', { [IMAGE]: swap('CMD ["start"]', 'RUN apt-get install -y curl') }],
  ['image.pinned-base', { [IMAGE]: swap('debian:trixie-slim', 'debian:latest') }],
  ['image.pinned-base', { [IMAGE]: swap('node:24-slim', 'registry.example:5000/node') }],
  [
    'image.no-secrets',
    {
      [IMAGE]:
        swap('ENV AUTH_SECRET_FILE=/run/x', '') &&
        swap('ENV AUTH_SECRET_FILE', 'ARG NPM_TOKEN\nENV AUTH_SECRET_FILE'),
    },
  ],
  ['image.no-secrets', { [IMAGE]: swap('USER', 'COPY .env /minato/\nUSER') }],
  ['image.health', { [IMAGE]: swap('["node", "main.ts", "health"]', 'curl -f http://localhost/') }],
  ['image.health', { [IMAGE]: (text) => text.replace(/HEALTHCHECK.*\n/, '') }],
  ['image.signals', { [IMAGE]: swap('CMD ["start"]', 'CMD npm start') }],
  [
    'image.no-remote-code',
    { [IMAGE]: swap('RUN npm ci', 'RUN curl -s https://x.example | sh && npm ci') },
  ],
  ['image.no-remote-code', { [IMAGE]: swap('USER', 'RUN chmod 777 /tmp\nUSER') }],
  ['image.ignore-file', { '.dockerignore': swap('.env\n', '') }, /\.env/],
  ['image.ignore-file', { '.dockerignore': '*\n!.env\n' }, /\.env/],
  [
    'stack.ports',
    {
      [COMPOSE]: swap(
        "networks: [data]\n    volumes: ['redis",
        "ports: ['6379:6379']\n    volumes: ['redis",
      ),
    },
    /redis/,
  ],
  ['stack.read-only', { [COMPOSE]: swap('read_only: true', 'read_only: false') }],
  ['stack.no-new-privileges', { [COMPOSE]: swap('no-new-privileges:true', 'label:disable') }],
  ['stack.cap-drop', { [COMPOSE]: swap('[ALL]', '[NET_RAW]') }],
  [
    'stack.privileged',
    { [COMPOSE]: swap('image: redis:8', 'image: redis:8\n    privileged: true') },
  ],
  [
    'stack.privileged',
    { [COMPOSE]: swap('image: redis:8', 'image: redis:8\n    network_mode: host') },
  ],
  ['stack.user', { [COMPOSE]: swap("user: '10001:10001'", 'user: root') }],
  ['stack.memory-limits', { [COMPOSE]: swap(', memory: 512m', '') }],
  ['stack.cpu-limits', { [COMPOSE]: swap("cpus: '1', ", '') }],
  ['stack.log-rotation', { [COMPOSE]: swap(", options: { max-size: 10m, max-file: '5' }", '') }],
  ['stack.healthchecks', { [COMPOSE]: swap('test: [CMD, probe]', 'disable: true') }],
  ['stack.pinned-images', { [COMPOSE]: swap('redis:8', 'redis') }, /redis/],
  ['stack.pinned-images', { [COMPOSE]: swap('redis:8', 'redis:latest') }, /redis/],
  ['stack.restart', { [COMPOSE]: swap('restart: unless-stopped', 'tty: false') }],
  [
    'stack.secrets-by-file',
    { [COMPOSE]: swap('AUTH_SECRET_FILE: /run', 'AUTH_SECRET: /run') },
    /AUTH_SECRET/,
  ],
  ['stack.docker-socket', { [COMPOSE]: swap('console-worker:', 'helper:') }, /helper/],
  ['stack.redundancy', { [COMPOSE]: swap('replicas: 2', 'replicas: 1') }],
  ['stack.stop-grace', { [COMPOSE]: swap('40s', '5s') }, /web/],
  ['stack.networks', { [COMPOSE]: swap('networks: [front]', 'networks: [front, data]') }],
  ['stack.volumes', { [COMPOSE]: swap("['postgres:/data']", "['./pg:/data']") }, /postgres/],
  [
    'stack.migrate-apart',
    { [COMPOSE]: swap('[start, --role, worker]', 'sh -c "minato migrate && minato start"') },
  ],
  ['stack.small-machine', { 'deploy/compose.small.yml': undefined }],
  ['stack.redis-password', { 'deploy/redis/redis.conf': swap('aclfile', '# aclfile') }],
  [
    'stack.redis-persistence',
    { 'deploy/redis/redis.conf': swap('appendonly yes', 'appendonly no') },
  ],
  ['stack.wal-archiving', { [PG]: swap('pgbackrest archive-push %p', '/bin/true') }],
  ['stack.wal-archiving', { [PG]: swap('archive_mode = on', 'archive_mode = off') }],
  ['stack.archive-timeout', { [PG]: swap('60s', '10min') }],
  ['stack.archive-timeout', { [PG]: swap("archive_timeout = '60s'", '') }],
  ['stack.database-log', { [PG]: swap("'none'", "'all'") }],
  ['nginx.tls-versions', { [NGINX]: swap('TLSv1.2', 'TLSv1.1 TLSv1.2') }, /TLSv1\.1/],
  [
    'nginx.https-redirect',
    { [NGINX]: swap('return 308 https://$host$request_uri', 'proxy_pass http://web') },
  ],
  ['nginx.no-query-in-log', { [NGINX]: swap('"$path_only"', '"$request_uri"') }],
  ['nginx.no-query-in-log', { [NGINX]: swap('/dev/stdout path', '/dev/stdout') }],
  ['nginx.forwarded-for', { [NGINX]: swap('For $remote_addr', 'For $proxy_add_x_forwarded_for') }],
  ['nginx.forwarded-for', { [NGINX]: swap('proxy_set_header X-Forwarded-For $remote_addr;', '') }],
  ['nginx.body-limit', { [NGINX]: swap('64m', '0') }],
  ['nginx.slow-requests', { [NGINX]: swap('client_body_timeout 30s;', '') }],
  ['nginx.quiet', { [NGINX]: swap('server_tokens off', 'server_tokens on') }],
  ['nginx.metrics-closed', { [NGINX]: swap('location = /metrics { return 404; }', '') }],
  ['nginx.certificate-renewal', { [NGINX]: swap('/.well-known/acme-challenge/', '/other/') }],
  ['ci.tests-before-deploy', { [CI]: swap('needs: [image], ', '') }, /deploy/],
  [
    'ci.no-stored-cloud-keys',
    { [CI]: swap('uses: ./deploy', 'uses: ./deploy, with: { aws-access-key-id: x }') },
  ],
  ['ci.pinned-actions', { [CI]: swap('checkout@v5', 'checkout@main') }],
  ['ci.least-permissions', { [CI]: swap('permissions: { contents: read }\n', '') }],
  ['ci.weekly-rebuild', { [CI]: swap(", schedule: [{ cron: '0 0 * * 1' }]", '') }],
  ['observe.alert-rules', { 'deploy/prometheus/rules.yml': swap('severity: page, ', '') }, /Burn/],
  ['observe.service-levels', { 'deploy/slo/latency.yml': 'name: latency\n' }, /latency/],
  [
    'observe.alert-routes',
    {
      'deploy/alertmanager/alertmanager.yml': swap(
        ", webhook_configs: [{ url: 'https://hooks.example' }]",
        '',
      ),
    },
  ],
  ['observe.dashboards', { 'deploy/grafana/overview.json': undefined }],
  ['observe.log-shipping', { 'deploy/logs/vector.yaml': undefined }],
  ['docs.runbooks', { 'docs/guide/runbooks.md': swap('## Redis is gone\n', '') }, /Redis/],
  ['docs.decisions', { 'docs/decisions/seeds.md': undefined }],
  ['docs.load-test', { 'docs/benchmarks.md': '# Figures\n' }],
  [
    'cloud.template',
    { 'deploy/aws/stack.ts': swap('multiAz: true', 'multiAz: false') },
    /two zones/,
  ],
]

for (const [id, changes, evidence] of FAULTS) {
  test(`${id}: finds ${Object.keys(changes).join(', ')}`, async () => {
    const outcome = await outcomeOf(id, contextWith(changes))
    assert.equal(outcome.status, 'fail', JSON.stringify(outcome))
    assert.match(JSON.stringify(outcome), evidence ?? /./)
    assert.doesNotMatch(JSON.stringify(outcome), new RegExp(TOKEN))
  })
}

test('every static check is shown to fail', async () => {
  const shown = new Set([...FAULTS.map(([id]) => id), 'data.migration-rules'])
  assert.deepEqual(
    staticChecks.map(({ id }) => id).filter((id) => !shown.has(id)),
    [],
  )
})

test('what an image does not carry is unproven, not right', async () => {
  const gone = Object.fromEntries(Object.keys(GOOD_FILES).map((path) => [path, undefined]))
  const context = contextWith(gone, false)
  for (const id of ['image.non-root', 'stack.ports', 'nginx.tls-versions', 'ci.pinned-actions']) {
    assert.equal((await outcomeOf(id, context)).status, 'skip', id)
  }
})
