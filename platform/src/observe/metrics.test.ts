import assert from 'node:assert/strict'
import { test } from 'node:test'
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
