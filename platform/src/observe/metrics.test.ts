import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readExposition } from './exposition.ts'
import { createMetrics } from './metrics.ts'

test('a name asked for twice is one metric; what is written can be read', async () => {
  const metrics = createMetrics()
  const shape = { name: 'mail_sent_total', help: 'Mails.', labelNames: ['template'] as const }
  metrics.counter(shape).inc({ template: 'invite' })
  metrics.counter(shape).inc({ template: 'invite' }, 2)
  metrics.gauge({ name: 'queue_length', help: 'Waiting.' }).set(7)
  metrics.histogram({ name: 'answer_seconds', help: 'Answers.', buckets: [1, 10] }).observe(3)
  const text = await metrics.expose()
  assert.match(text, /^mail_sent_total\{template="invite"\} 3$/m)
  assert.match(text, /^queue_length 7$/m)
  assert.match(text, /^answer_seconds_bucket\{le="1"\} 0$/m)
  assert.match(text, /^answer_seconds_bucket\{le="10"\} 1$/m)
  assert.match(text, /^process_resident_memory_bytes /m)
})

test('a gauge may be measured when it is read; hot paths bring their own text', async () => {
  const metrics = createMetrics()
  let length = 1
  metrics.gauge({
    name: 'queue_length',
    help: 'Waiting.',
    collect() {
      this.set(length)
    },
  })
  metrics.addSource(() => 'hand_made_total 5\n')
  length = 9
  const text = await metrics.expose()
  assert.match(text, /^queue_length 9$/m)
  assert.match(text, /^hand_made_total 5$/m)
})

test('two processes in one test do not share their figures; a name has one type', async () => {
  const [one, other] = [createMetrics(), createMetrics()]
  one.counter({ name: 'x_total', help: 'X.' }).inc()
  assert.match(await other.expose(), /^(?![\s\S]*x_total)/)
  assert.throws(() => one.gauge({ name: 'x_total', help: 'X.' }), /already been registered/)
})

test('a metric with too many series takes no new one, says so once, and counts on what it has', async () => {
  const told: object[] = []
  const log = { warn: (_: string, fields?: object) => told.push(fields ?? {}), error() {} }
  const metrics = createMetrics({ maxSeries: 2, log })
  const seen = metrics.counter({ name: 'seen_total', help: 'Seen.', labelNames: ['who'] })
  for (const who of ['a', 'b', 'c', 'd', 'a']) seen.inc({ who })
  const samples = readExposition(await metrics.expose())
  const of = (name: string) => samples.filter((sample) => sample.name === name)
  assert.deepEqual(
    of('seen_total').map(({ labels, value }) => [labels['who'], value]),
    [
      ['a', 2],
      ['b', 1],
    ],
  )
  assert.deepEqual(of('metrics_writes_dropped_total')[0]?.value, 2)
  assert.deepEqual(told, [{ metric: 'seen_total', maxSeries: 2, labelNames: ['who'] }])
})

test('a measure that fails costs its own figures only', async () => {
  const errors: string[] = []
  const metrics = createMetrics({ log: { warn() {}, error: (event) => errors.push(event) } })
  metrics.gauge({ name: 'fine', help: 'Fine.' }).set(1)
  metrics.beforeExpose(() => Promise.reject(new Error('disk gone')))
  assert.match(await metrics.expose(), /^fine 1$/m)
  assert.deepEqual(errors, ['metrics.measure_failed'])
})

test('an exposition is read back with its labels, escapes and infinities', () => {
  const text = '# HELP x X.\nx{a="q\\"\\n\\\\",le="+Inf"} 3\ny 1e-3\nz{b=""} +Inf\n'
  assert.deepEqual(readExposition(text), [
    { name: 'x', labels: { a: 'q"\n\\', le: '+Inf' }, value: 3 },
    { name: 'y', labels: {}, value: 0.001 },
    { name: 'z', labels: { b: '' }, value: Number.POSITIVE_INFINITY },
  ])
})
