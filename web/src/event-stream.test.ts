import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { eventParser } from './event-stream.ts'

const stream =
  ': heartbeat\n\nid: 1\nevent: delta\ndata: {"text":"港"}\n\nid: 2\r\nevent: done\r\ndata: {"a":1,\r\ndata: "b":2}\r\n\r\ndata: x\n\n'

test('reads events with ids, names, several data lines and heartbeats', () => {
  assert.deepEqual(eventParser()(stream), [
    { id: '1', event: 'delta', data: '{"text":"港"}' },
    { id: '2', event: 'done', data: '{"a":1,\n"b":2}' },
    { id: '2', event: 'message', data: 'x' },
  ])
})

test('reads the same wherever the network cuts the text', () => {
  const whole = eventParser()(stream)
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (cuts) => {
      const feed = eventParser()
      const at = [0, ...cuts.sort((a, b) => a - b), stream.length]
      const parts = at.slice(1).map((end, i) => stream.slice(at[i], end))
      assert.deepEqual(parts.flatMap(feed), whole)
    }),
  )
})

test('keeps an event that has not ended', () => {
  const feed = eventParser()
  assert.deepEqual(feed('data: half'), [])
  assert.deepEqual(feed('\n\n'), [{ id: '', event: 'message', data: 'half' }])
})
