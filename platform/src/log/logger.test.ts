import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLogger, withLogContext } from './index.ts'

function collect() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) }
  return { lines, destination }
}

test('a line carries the event, its fields and the ids of the request', async () => {
  const { lines, destination } = collect()
  const log = createLogger({ destination })
  await withLogContext({ requestId: 'req_1', traceId: 't_1' }, async () => {
    await Promise.resolve()
    log.info('mail.sent', { to: 3 })
  })
  const [line] = lines
  assert.equal(line?.event, 'mail.sent')
  assert.equal(line?.level, 'info')
  assert.equal(line?.to, 3)
  assert.equal(line?.requestId, 'req_1')
  assert.equal(line?.traceId, 't_1')
  assert.match(String(line?.time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})

test('the level changes while running, for children too', () => {
  const { lines, destination } = collect()
  const log = createLogger({ destination, level: 'info' })
  const child = log.child({ part: 'mail' })
  child.debug('unseen')
  log.level = 'debug'
  child.debug('seen')
  assert.deepEqual(
    lines.map((line) => [line.event, line.part]),
    [['seen', 'mail']],
  )
  assert.throws(() => {
    log.level = 'loud'
  }, /Unknown log level "loud"\. Use one of: trace, debug, info/)
})

test('when a field cannot be read the event still comes out', () => {
  const { lines, destination } = collect()
  const log = createLogger({ destination })
  const broken = new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('password=hunter2')
      },
    },
  )
  log.warn('import.failed', broken)
  assert.equal(lines[0]?.event, 'import.failed')
  assert.equal(lines[0]?.level, 'warn')
  assert.equal(lines[0]?.sanitizeFailed, true)
  assert.doesNotMatch(JSON.stringify(lines), /hunter2/)
})
