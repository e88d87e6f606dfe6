/** The smallest checkout in which every static check is content. */
export const GOOD_FILES: Readonly<Record<string, string>> = {
  '.gitignore': '.env\nnode_modules/\n',
  '.dockerignore': '.git\n.env\nnode_modules\n/data\n',
  'CHANGELOG.md': '# Changes\n\n## 1.0.0\n',
  'package.json': JSON.stringify({ dependencies: { a: '1.2.3' }, allowScripts: { b: true } }),
  'package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: {
      '': { dependencies: { a: '1.2.3' } },
      'node_modules/a': { resolved: 'https://registry.example/a.tgz', integrity: 'sha512-x' },
      'node_modules/a/node_modules/b': {
        resolved: 'https://registry.example/b.tgz',
        integrity: 'sha512-y',
        hasInstallScript: true,
      },
    },
  }),
  'deploy/Dockerfile': `ARG BASE=debian:trixie-slim
FROM node:24-slim AS build
RUN npm ci \\
  --no-fund
FROM \${BASE}
ENV AUTH_SECRET_FILE=/run/secrets/auth
COPY --from=build /minato /minato
USER 10001:10001
HEALTHCHECK --interval=10s CMD ["node", "main.ts", "health"]
ENTRYPOINT ["node", "main.ts"]
CMD ["start"]
`,
  'deploy/compose.yml': `x-all: &all
  restart: unless-stopped
  user: '10001:10001'
  read_only: true
  cap_drop: [ALL]
  security_opt: ['no-new-privileges:true']
  logging: { driver: json-file, options: { max-size: 10m, max-file: '5' } }
  healthcheck: { test: [CMD, probe] }
x-limits: &limits
  limits: { cpus: '1', memory: 512m }
services:
  nginx:
    <<: *all
    image: \${NGINX_IMAGE:-nginx:1.28}
    ports: ['443:8443']
    networks: [front]
    deploy: { resources: *limits }
  web:
    <<: *all
    image: \${MINATO_IMAGE_BLUE:-\${MINATO_IMAGE:-minato:1}}
    environment: { AUTH_SECRET_FILE: /run/secrets/auth, TRUST_PROXY: 10.0.0.2/32 }
    stop_grace_period: 40s
    networks: [front, data]
    deploy: { replicas: 2, resources: *limits }
  worker:
    <<: *all
    image: minato:1
    command: [start, --role, worker]
    stop_grace_period: 1m
    networks: [data]
    deploy: { replicas: '\${WORKERS:-2}', resources: *limits }
  console-worker:
    <<: *all
    image: minato:1
    volumes: ['/var/run/docker.sock:/var/run/docker.sock']
    deploy: { resources: *limits }
  migrate:
    <<: *all
    image: minato:1
    restart: 'no'
    command: [migrate]
    deploy: { resources: *limits }
  postgres:
    <<: *all
    image: postgres:17
    networks: [data]
    volumes: ['postgres:/data']
    deploy: { resources: *limits }
  redis:
    <<: *all
    image: redis:8
    networks: [data]
    volumes: ['redis:/data']
    deploy: { resources: *limits }
volumes: { postgres: {}, redis: {} }
`,
  'deploy/compose.small.yml': "services: { web: { cpus: '0.5', mem_limit: 512m } }\n",
  'deploy/redis/redis.conf': '# requirepass no\naclfile /run/secrets/users.acl\nappendonly yes\n',
  'deploy/postgres/postgresql.conf': `archive_mode = on
archive_command = 'pgbackrest archive-push %p'
archive_timeout = '60s'
log_statement = 'none'
log_parameter_max_length = 0
`,
  'deploy/nginx/nginx.conf': `http {
  server_tokens off;
  log_format path '{"path":"$path_only"}'; # not $request_uri
  access_log /dev/stdout path;
  client_header_timeout 15s;
  client_body_timeout 30s;
  client_max_body_size 64m;
  ssl_protocols TLSv1.2 TLSv1.3;
  server {
    listen 8080;
    location /.well-known/acme-challenge/ { root /var/www/acme; }
    location / { return 308 https://$host$request_uri; }
  }
  server {
    listen 8443 ssl;
    location = /metrics { return 404; }
    location / { proxy_pass http://web; proxy_set_header X-Forwarded-For $remote_addr; }
  }
}
`,
  '.github/workflows/ci.yml': `on: { push: {}, schedule: [{ cron: '0 0 * * 1' }] }
permissions: { contents: read }
jobs:
  test: { steps: [{ uses: actions/checkout@v5 }, { run: npm test }] }
  image: { needs: test, steps: [{ run: grype minato }] }
  deploy: { needs: [image], permissions: { id-token: write }, steps: [{ uses: ./deploy }] }
`,
  'deploy/prometheus/rules.yml':
    'groups: [{ name: a, rules: [{ alert: Burn, labels: { severity: page, slo: availability } }] }]\n',
  'deploy/slo/availability.yml': 'name: availability\n',
  'deploy/alertmanager/alertmanager.yml': `route: { receiver: mail, routes: [{ receiver: chief }] }
receivers:
  - { name: mail, email_configs: [{ to: a@b.example }] }
  - { name: chief, webhook_configs: [{ url: 'https://hooks.example' }] }
`,
  'deploy/grafana/overview.json': '{"panels":[]}',
  'deploy/logs/vector.yaml': 'sinks: {}\n',
  'deploy/aws/stack.ts': `new ec2.Vpc(this); new ec2.SecurityGroup(this); multiAz: true; new CfnReplicationGroup(this)
versioned: true; new Distribution(this); new ARecord(this); new secretsmanager.Secret(this)
new Alarm(this); autoScaleTaskCount()`,
  'docs/guide/runbooks.md':
    '# Restore\n## A lost key\n## A failed deploy\n## The database is gone\n## Redis is gone\n## A certificate\n## A secret leaked\n',
  'docs/decisions/seeds.md': '# Seeds\n',
  'docs/benchmarks.md': '# Figures\n\n## Load: 1,000 signed-in users\n',
  '.env.development': 'AUTH_SECRET=x\n',
}
