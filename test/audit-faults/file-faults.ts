/** A fault in a file of the checkout, and the static check that must find it. */
export type FileFault = {
  id: string
  expect: string
  file: string
  edit: (text: string) => string
}

const COMPOSE = 'deploy/compose.yml'
const IMAGE = 'deploy/Dockerfile'
const NGINX = 'deploy/nginx/nginx.conf'
const POSTGRES = 'deploy/postgres/postgresql.conf'

const swap = (from: string | RegExp, to: string) => (text: string) => text.replaceAll(from, to)
/** Lines added to a service of compose.yml, or to one that the services share. */
const into = (name: string, lines: string) => (text: string) =>
  text.replace(new RegExp(`^((?:  )?${name}:[^\\n]*\\n)`, 'm'), `$1${lines}`)

/** Made up here, so that the scan of this very file finds nothing. */
const TOKEN = ['ghp', 'x7Kq2mVt9RbY4nWc8ZpLd3sHf6JgTa1eUo5i'].join('_')

export const FILE_FAULTS: readonly FileFault[] = [
  {
    id: 'the container runs as root',
    expect: 'image.non-root',
    file: IMAGE,
    edit: swap(/^USER .*$/gm, 'USER root'),
  },
  {
    id: 'a password is baked into the image',
    expect: 'image.no-secrets',
    file: IMAGE,
    edit: (text) => `${text}\nENV DATABASE_PASSWORD=harbour\n`,
  },
  {
    id: 'the image fetches a program and runs it',
    expect: 'image.no-remote-code',
    file: IMAGE,
    edit: (text) => `${text}\nRUN curl -s https://get.example.com | sh\n`,
  },
  {
    id: 'the base is whatever is latest',
    expect: 'image.pinned-base',
    file: IMAGE,
    edit: swap(/debian:trixie-slim/g, 'debian:latest'),
  },
  {
    id: 'PostgreSQL is published',
    expect: 'stack.ports',
    file: COMPOSE,
    edit: into('postgres', "    ports: ['5432:5432']\n"),
  },
  {
    id: 'Redis is published',
    expect: 'stack.ports',
    file: COMPOSE,
    edit: into('redis', "    ports: ['6379:6379']\n"),
  },
  {
    id: 'the file system can be written',
    expect: 'stack.read-only',
    file: COMPOSE,
    edit: swap('read_only: true', 'read_only: false'),
  },
  {
    id: 'processes may gain rights',
    expect: 'stack.no-new-privileges',
    file: COMPOSE,
    edit: swap('no-new-privileges:true', 'label:disable'),
  },
  {
    id: 'capabilities are kept',
    expect: 'stack.cap-drop',
    file: COMPOSE,
    edit: swap('cap_drop: [ALL]', 'cap_drop: [NET_RAW]'),
  },
  {
    id: 'a service is privileged',
    expect: 'stack.privileged',
    file: COMPOSE,
    edit: into('redis', '    privileged: true\n'),
  },
  {
    id: 'services run as root',
    expect: 'stack.user',
    file: COMPOSE,
    edit: swap("user: '10001:10001'", 'user: root'),
  },
  {
    id: 'memory has no limit',
    expect: 'stack.memory-limits',
    file: COMPOSE,
    edit: swap(/, memory: '\$\{WEB_MEMORY:-\w+\}'/g, ''),
  },
  {
    id: 'processors have no limit',
    expect: 'stack.cpu-limits',
    file: COMPOSE,
    edit: swap(/cpus: '\$\{WEB_CPUS:-1\}', /g, ''),
  },
  {
    id: 'logs grow without end',
    expect: 'stack.log-rotation',
    file: COMPOSE,
    edit: swap(/^ {4}options: \{ max-size.*\n/gm, ''),
  },
  {
    id: 'an image is whatever is latest',
    expect: 'stack.pinned-images',
    file: COMPOSE,
    edit: swap(/minato-nginx:local/g, 'minato-nginx:latest'),
  },
  {
    id: 'a crash is final',
    expect: 'stack.restart',
    file: COMPOSE,
    edit: swap(/^ +restart: unless-stopped\n/gm, ''),
  },
  {
    id: 'a secret is in the environment',
    expect: 'stack.secrets-by-file',
    file: COMPOSE,
    edit: swap(
      'MINATO_COLOR: blue',
      'MINATO_COLOR: blue\n      AUTH_SECRET: abcdefghijklmnopqrstuvwxyz012345',
    ),
  },
  {
    id: 'web sees the Docker socket',
    expect: 'stack.docker-socket',
    file: COMPOSE,
    edit: swap(
      '    - backups:/data/backups\n  networks: [front',
      '    - backups:/data/backups\n    - /var/run/docker.sock:/var/run/docker.sock\n  networks: [front',
    ),
  },
  {
    id: 'stopping does not wait for people',
    expect: 'stack.stop-grace',
    file: COMPOSE,
    edit: swap('stop_grace_period: 40s', 'stop_grace_period: 2s'),
  },
  {
    id: 'one web process only',
    expect: 'stack.redundancy',
    file: COMPOSE,
    edit: swap(/\$\{WEB_REPLICAS:-2\}/g, '1'),
  },
  {
    id: 'nginx takes TLS 1.0',
    expect: 'nginx.tls-versions',
    file: NGINX,
    edit: swap('TLSv1.2 TLSv1.3', 'TLSv1 TLSv1.1 TLSv1.2 TLSv1.3'),
  },
  {
    id: 'nginx appends what clients claim',
    expect: 'nginx.forwarded-for',
    file: NGINX,
    edit: swap('X-Forwarded-For $remote_addr', 'X-Forwarded-For $proxy_add_x_forwarded_for'),
  },
  {
    id: 'nginx serves pages over http',
    expect: 'nginx.https-redirect',
    file: NGINX,
    edit: swap(/return 308 [^;]+;/g, 'proxy_pass http://$minato_web:3000;'),
  },
  {
    id: 'nginx logs query strings',
    expect: 'nginx.no-query-in-log',
    file: NGINX,
    edit: swap('"path":"$path_only"', '"path":"$request_uri"'),
  },
  {
    id: 'nginx bounds no body',
    expect: 'nginx.body-limit',
    file: NGINX,
    edit: swap(/client_max_body_size \w+;/g, 'client_max_body_size 0;'),
  },
  {
    id: 'nginx tells its version',
    expect: 'nginx.quiet',
    file: NGINX,
    edit: swap('server_tokens off', 'server_tokens on'),
  },
  {
    id: 'nginx passes /metrics on',
    expect: 'nginx.metrics-closed',
    file: NGINX,
    edit: swap(/location = \/metrics \{[^}]*\}/g, ''),
  },
  {
    id: 'PostgreSQL archives nothing',
    expect: 'stack.wal-archiving',
    file: POSTGRES,
    edit: swap(/^archive_mode\s*=.*$/gm, 'archive_mode = off'),
  },
  {
    id: 'an hour may be lost',
    expect: 'stack.archive-timeout',
    file: POSTGRES,
    edit: swap(/^archive_timeout\s*=.*$/gm, 'archive_timeout = 3600'),
  },
  {
    id: 'a token is committed',
    expect: 'secrets.committed',
    file: 'apps/operations/server/notes.ts',
    edit: () => `export const token = '${TOKEN}'\n`,
  },
  {
    id: 'an environment file is committed',
    expect: 'secrets.env-files',
    file: 'deploy/.env.production',
    edit: () => 'AUTH_SECRET=x\n',
  },
  {
    id: 'a version floats',
    expect: 'supply.exact-versions',
    file: 'platform/package.json',
    edit: swap(/"fastify": "([\d.]+)"/g, '"fastify": "^$1"'),
  },
]
