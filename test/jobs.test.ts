import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { skipWithout } from './peers.ts'
import { startPostgres, type TestPostgres } from './postgres.ts'
import { cli } from './system.ts'
import { until } from './until.ts'

type Line = { what: string; pid: number; job: string; number: number }

describe('three workers beside a web process, on PostgreSQL', {
  skip: skipWithout('postgres'),
}, () => {
  let postgres: TestPostgres
  let folder: string
  let web: ChildProcess
  let client: pg.Client
  const workers: ChildProcess[] = []
  const start = async (role: 'web' | 'worker'): Promise<ChildProcess> => {
    const child = fork(
      join(import.meta.dirname, 'jobs-process.ts'),
      [role, join(folder, 'lines')],
      {
        execArgv: ['--disable-warning=ExperimentalWarning'],
        env: {
          DATABASE_URL: postgres.url,
          MINATO_DATA_DIR: join(folder, 'data'),
          PORT: '0',
          LOG_LEVEL: 'warn',
        },
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      },
    )
    await once(child, 'message')
    return child
  }
  const ask = async (question: object): Promise<{ ids: string[] }> => {
    web.send(question)
    const [answer] = await once(web, 'message')
    return answer
  }
  const lines = async (): Promise<Line[]> => {
    const path = join(folder, 'lines')
    if (!existsSync(path)) return []
    const text = await readFile(path, 'utf8')
    return text
      .trimEnd()
      .split('\n')
      .map((line) => {
        const [what = '', pid, job = '', number] = line.split(' ')
        return { what, pid: Number(pid), job, number: Number(number) }
      })
  }
  const of = async (job: string, what: string) =>
    (await lines()).filter((line) => line.job === job && line.what === what)

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'minato-jobs-'))
    postgres = await startPostgres()
    web = await start('web')
    workers.push(...(await Promise.all([start('worker'), start('worker'), start('worker')])))
    client = new pg.Client({ connectionString: postgres.url })
    await client.connect()
  })
  after(async () => {
    await client?.end()
    for (const child of [web, ...workers]) {
      if (child?.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await once(child, 'exit')
      }
    }
    await postgres?.[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  test('never share a job', async () => {
    const { ids } = await ask({
      enqueue: Array.from({ length: 60 }, (_, number) => ({ number, ms: 100 })),
    })
    await until(
      'all have ended',
      async () => (await lines()).filter(({ what }) => what === 'end').length === 60,
    )
    const started = (await lines()).filter(({ what }) => what === 'start')
    assert.deepEqual(started.map(({ job }) => job).sort(), [...ids].sort())
    assert.ok(new Set(started.map(({ pid }) => pid)).size > 1, 'several took part')
  })

  test('stop a job within two seconds that another process cancels', async () => {
    const {
      ids: [id = ''],
    } = await ask({ enqueue: [{ number: 100, ms: 60_000 }] })
    await until('it runs', async () => (await of(id, 'paid')).length === 1)
    const asked = performance.now()
    await ask({ cancel: id })
    await until('it stops', async () => (await of(id, 'stop')).length === 1, 5000)
    assert.ok(performance.now() - asked < 2000)
    const { rows } = await client.query('select state from pgboss.job where id = $1', [id])
    assert.deepEqual(rows, [{ state: 'cancelled' }])
  })

  test('take up within a minute what a killed one ran, and pay once', async () => {
    const {
      ids: [id = ''],
    } = await ask({ enqueue: [{ number: 200, ms: 4000 }] })
    await until('it has paid', async () => (await of(id, 'paid')).length === 1)
    const [first] = await of(id, 'start')
    const killed = workers.find(({ pid }) => pid === first?.pid)
    killed?.kill('SIGKILL')
    const killedAt = performance.now()
    await until('another one has it', async () => (await of(id, 'start')).length === 2, 60_000)
    assert.ok(performance.now() - killedAt < 60_000)
    await until('it has ended', async () => (await of(id, 'end')).length === 1)
    const [, second] = await of(id, 'start')
    assert.notEqual(second?.pid, first?.pid)
    const paid = await client.query('select number from trial.payments where number = 200')
    assert.equal(paid.rowCount, 1)
    const { rows } = await client.query(
      'select state, retry_count, output from pgboss.job where id = $1',
      [id],
    )
    assert.deepEqual(rows[0]?.output.result, { pid: second?.pid })
    assert.deepEqual([rows[0]?.state, rows[0]?.retry_count], ['completed', 1])
  })

  test('give a job back when they are stopped, and answer for their health', async () => {
    const health = await cli(['health', '--role', 'worker'], {
      MINATO_DATA_DIR: join(folder, 'data'),
    })
    assert.equal(health.code, 0, health.stdout + health.stderr)
    assert.equal(health.stdout.match(/ up$/gm)?.length, 2, 'the killed one is not asked')
    const {
      ids: [id = ''],
    } = await ask({ enqueue: [{ number: 300, ms: 15_000 }] })
    await until('it has paid', async () => (await of(id, 'paid')).length === 1)
    const [first] = await of(id, 'start')
    workers.find(({ pid }) => pid === first?.pid)?.kill('SIGTERM')
    await until('another one has it', async () => (await of(id, 'start')).length === 2, 15_000)
    const paid = await client.query('select number from trial.payments where number = 300')
    assert.equal(paid.rowCount, 1)
  })

  test('fire a schedule once each time', async () => {
    const ticks = async () => (await lines()).filter(({ what }) => what === 'tick')
    await until('it fired some times', async () => (await ticks()).length >= 5, 30_000)
    const fired = await client.query<{ at: number }>(
      "select extract(epoch from created_on)::int / 3 as at from pgboss.job where name = 'trial.tick'",
    )
    const slots = fired.rows.map(({ at }) => at)
    assert.equal(new Set(slots).size, slots.length, `twice in three seconds: ${slots.join(' ')}`)
    const jobs = (await ticks()).map(({ job }) => job)
    assert.equal(new Set(jobs).size, jobs.length)
  })
})
