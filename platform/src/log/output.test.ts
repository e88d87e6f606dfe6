import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { accessLog, createLogger, withLogContext } from './index.ts'
import { openRotatingFile } from './rotating-file.ts'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'minato-log-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const index = JSON.stringify(new URL('index.ts', import.meta.url).href)

function runScript(t: TestContext, source: string) {
  const path = join(folder(t), 'script.ts')
  writeFileSync(path, `import { accessLog, createLogger } from ${index}\n${source}`)
  return spawnSync(process.execPath, [path], { encoding: 'utf8' })
}

test('lines held back are written when the process exits, also by process.exit and by an exception', (t) => {
  const body = `const log = createLogger({ pretty: false })
    const access = accessLog(log)
    for (let n = 0; n < 2000; n++) log.info('n', { n })
    access('GET', '/a', '/a', 200, 1, 2, 'r', '127.0.0.1')\n`
  for (const end of ['', 'process.exit(0)', 'throw new Error("stop")']) {
    const run = runScript(t, body + end)
    const lines = run.stdout.trimEnd().split('\n')
    assert.equal(lines.length, 2001, end)
    assert.equal(JSON.parse(lines.at(-1) ?? '').event, 'http.request')
  }
})

test('on a terminal lines are for people, and sanitized too', (t) => {
  const run = runScript(
    t,
    `createLogger({ pretty: true }).info('mail.sent', { password: 'hunter2-Zx9', to: 3 })`,
  )
  assert.match(run.stdout, /INFO.*mail\.sent/)
  assert.match(run.stdout, /password.*\[secret\]/)
  assert.doesNotMatch(run.stdout, /hunter2/)
})

test('an access line has the route and the path, never the query, and what the client sent is masked', () => {
  const lines: string[] = []
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } })
  const access = accessLog(log)
  access('GET', '/api/me', '/api/me?token=abcdef#x', 200, 1.23456, 10, 'req_1', '10.0.0.9', 'usr_1')
  access('GET', 'unmatched', '/x/"\n\\/password=hunter2-Zx9', 404, 2, 0, 'req_2', '10.0.0.9')
  access(
    'GET',
    '/reset/:token',
    '/reset/abcdef',
    500,
    2,
    0,
    'req_3',
    '10.0.0.9',
    undefined,
    'trace1',
  )
  log.flush()
  const [first, second, third] = lines.map((line) => JSON.parse(line))
  assert.deepEqual(
    { ...first, time: '' },
    {
      level: 'info',
      time: '',
      event: 'http.request',
      method: 'GET',
      route: '/api/me',
      path: '/api/me',
      status: 200,
      durationMs: 1.23,
      bytes: 10,
      requestId: 'req_1',
      ip: '10.0.0.9',
      userId: 'usr_1',
    },
  )
  assert.equal(second.path, '/x/"\n\\/password=[secret]')
  assert.equal(third.path, '/reset/:token')
  assert.equal(third.level, 'error')
  assert.equal(third.traceId, 'trace1')
})

test('access lines and other lines come out in the order they were logged', () => {
  const events: string[] = []
  const log = createLogger({
    destination: { write: (line) => void events.push(JSON.parse(line).event) },
  })
  const access = accessLog(log)
  access('GET', '/a', '/a', 200, 1, 1, 'r', 'i')
  log.info('after')
  assert.deepEqual(events, ['http.request', 'after'])
})

test('fields with the names of the line itself do not replace them, and children add theirs', () => {
  const lines: string[] = []
  const log = createLogger({ name: 'web', destination: { write: (line) => void lines.push(line) } })
  withLogContext({ requestId: 'r1' }, () =>
    withLogContext({ userId: 'u1' }, () =>
      log
        .child({ part: 'mail', token: 'abc' })
        .info('x', { level: 'fatal', time: 1, event: 'y', name: 'z' }),
    ),
  )
  const line = JSON.parse(lines[0] ?? '')
  assert.equal(line.level, 'info')
  assert.equal(line.event, 'x')
  assert.equal(line.name, 'web')
  assert.deepEqual([line._level, line._event, line._name, line._time], ['fatal', 'y', 'z', 1])
  assert.deepEqual(
    [line.requestId, line.userId, line.part, line.token],
    ['r1', 'u1', 'mail', '[secret]'],
  )
})

test('the file is set aside by size and by age, and deleted after its days', (t) => {
  const path = join(folder(t), 'logs', 'app.log')
  let now = Date.parse('2026-11-22T00:00:00Z')
  const file = openRotatingFile(
    { path, maxBytes: 100, maxAgeMs: 3_600_000, keepDays: 2 },
    () => now,
  )
  const names = () => readdirSync(join(path, '..')).sort()
  file.write(`${'a'.repeat(60)}\n`)
  file.write(`${'b'.repeat(60)}\n`)
  assert.equal(names().length, 2)
  now += 3_600_000
  file.write('c\n')
  assert.equal(names().length, 3)
  assert.equal(readFileSync(path, 'utf8'), 'c\n')
  now += 3 * 86_400_000
  file.write(`${'d'.repeat(99)}\n`)
  assert.equal(names().length, 2, String(names()))
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('the age of a file is that of its first line, also after a restart', (t) => {
  const path = join(folder(t), 'app.log')
  writeFileSync(path, '{"level":"info","time":"2026-11-20T00:00:00.000Z","event":"x"}\n')
  const now = () => Date.parse('2026-11-22T00:00:00Z')
  openRotatingFile({ path, maxBytes: 1000, maxAgeMs: 86_400_000, keepDays: 9 }, now).write('new\n')
  assert.equal(readFileSync(path, 'utf8'), 'new\n')
})

test('a file that cannot be written is told once and stops nothing', (t) => {
  const path = join(folder(t), 'blocked')
  writeFileSync(path, '')
  const said: string[] = []
  t.mock.method(process.stderr, 'write', (text: string) => said.push(text) > 0)
  const lines: string[] = []
  const log = createLogger({
    destination: { write: (line) => void lines.push(line) },
    file: { path: join(path, 'app.log'), maxBytes: 1000, maxAgeMs: 1000, keepDays: 1 },
  })
  log.info('one')
  log.info('two')
  t.mock.restoreAll()
  assert.equal(lines.length, 2)
  assert.equal(said.length, 1)
  assert.match(said[0] ?? '', /log file .*app\.log/)
})
