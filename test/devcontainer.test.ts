import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { DOCKER_SOCKET, docker } from './docker.ts'
import { stackImages } from './stack/images.ts'
import { withoutStack } from './stack/up.ts'

const ROOT = dirname(import.meta.dirname)
const FOLDER = join(ROOT, '.devcontainer')

/** As the official image begins: a new cluster with the user and the database it is told. */
const POSTGRES = `FROM minato-test/postgres
USER 0
RUN install -d -o 10001 -g 10001 /var/lib/postgresql/data
USER 10001
ENTRYPOINT ["bash", "-c", "set -e; export PGHOST=/tmp; \\
  initdb -D /tmp/db -U $POSTGRES_USER -A trust >/dev/null; \\
  echo 'host all all all trust' >>/tmp/db/pg_hba.conf; \\
  pg_ctl -D /tmp/db -o '-k /tmp -h \\"\\"' -w start >/dev/null; createdb -U $POSTGRES_USER $POSTGRES_DB || true; \\
  pg_ctl -D /tmp/db -w stop >/dev/null; exec postgres -D /tmp/db -k /tmp -h '*'"]
ENV PGHOST=/tmp
`
const REDIS = `FROM minato-test/redis
ENTRYPOINT ["redis-server", "--bind", "0.0.0.0", "--protected-mode", "no", "--save", ""]
`

describe('the devcontainer', { skip: withoutStack, timeout: 400_000 }, () => {
  let folder: string
  const project = `minato-devcontainer-${randomInt(1e9).toString(36)}`
  const compose = (...args: string[]) =>
    spawnSync(
      'docker',
      ['compose', '-p', project, '-f', join(FOLDER, 'compose.yml'), '-f', 'data.yml', ...args],
      {
        cwd: folder,
        encoding: 'utf8',
        env: {
          ...process.env,
          DOCKER_HOST: `unix://${DOCKER_SOCKET}`,
          DEVCONTAINER_IMAGE: 'minato-test/npm',
          DEVCONTAINER_USER: 'root',
          DEVCONTAINER_POSTGRES_IMAGE: 'minato-test/devcontainer-postgres',
          DEVCONTAINER_REDIS_IMAGE: 'minato-test/devcontainer-redis',
          DEVCONTAINER_DATA_DIR: '/data',
        },
      },
    )

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minato-devcontainer-'))
    await stackImages()
    await image('minato-test/devcontainer-postgres', POSTGRES)
    await image('minato-test/devcontainer-redis', REDIS)
    // The data of this checkout is not the test's.
    const nodes = ['workspace', 'web', 'worker', 'sandbox']
    const services = Object.fromEntries(nodes.map((name) => [name, { volumes: ['data:/data'] }]))
    await writeFile(join(folder, 'data.yml'), JSON.stringify({ services, volumes: { data: {} } }))
  })

  after(async () => {
    compose('down', '--volumes', '--timeout', '5')
    await rm(folder, { recursive: true, force: true })
  })

  async function image(tag: string, dockerfile: string): Promise<void> {
    const context = await mkdtemp(join(tmpdir(), 'minato-image-'))
    try {
      await writeFile(join(context, 'Dockerfile'), dockerfile)
      const { status, stderr } = docker(['build', '--quiet', '--tag', tag, context])
      assert.equal(status, 0, stderr)
    } finally {
      await rm(context, { recursive: true, force: true })
    }
  }

  test('names services, ports and a page that are there', async () => {
    const file = JSON.parse(await readFile(join(FOLDER, 'devcontainer.json'), 'utf8'))
    const { status, stdout, stderr } = compose('config', '--services')
    assert.equal(status, 0, stderr)
    const services = stdout.trim().split('\n').sort()
    assert.ok(services.includes(file.service))
    assert.deepEqual(
      services.filter((name) => ['web', 'worker', 'postgres', 'redis'].includes(name)),
      ['postgres', 'redis', 'web', 'worker'],
    )
    assert.ok(file.forwardPorts.includes(3000))
    assert.ok(file.customizations.vscode.extensions.includes('biomejs.biome'))
    const page = await readFile(join(ROOT, 'docs/guide/devcontainer.md'), 'utf8')
    for (const name of services) assert.ok(page.includes(`\`${name}\``), name)
  })

  test('web and worker come up on PostgreSQL and Redis, and a test passes inside', () => {
    const up = compose('up', '--detach', '--wait', '--wait-timeout', '240')
    const logs = up.status === 0 ? '' : compose('logs', '--tail', '40', '--no-color').stdout
    assert.equal(up.status, 0, `${up.stderr}\n${logs}`)
    const ask = `fetch('http://127.0.0.1:3000/health/ready').then((r) => r.text()).then(console.log)`
    const ready = JSON.parse(inside('node', '-e', ask))
    assert.equal(ready.status, 'ready')
    assert.equal(ready.checks.database.status, 'up')
    assert.equal(ready.checks.redis.status, 'up')
    const tests = inside('node', 'bin/test.js', 'platform/src/config')
    assert.match(tests, /ℹ fail 0/)
    assert.match(tests, /ℹ pass [1-9]/)
  })

  function inside(...command: string[]): string {
    const ran = compose('exec', '-T', 'workspace', ...command)
    assert.equal(ran.status, 0, `${ran.stdout}\n${ran.stderr}`)
    return ran.stdout
  }
})
