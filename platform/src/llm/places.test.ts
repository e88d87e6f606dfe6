import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from './places.ts'

const never = new AbortController().signal

test('places are given in the order of the line; a full user does not hold up the others', async () => {
  const places = createPlaces({ total: 2, perUser: 1, waitMs: 5000 })
  const order: string[] = []
  const first = await places.take('a', never)
  const second = places.take('a', never).then((release) => {
    order.push('a')
    return release
  })
  const other = await places.take('b', never)
  const third = places.take('c', never).then((release) => {
    order.push('c')
    return release
  })
  assert.deepEqual(places.standing(), { taken: 2, waiting: 2 })
  other()
  ;(await third)()
  first()
  ;(await second)()
  assert.deepEqual(order, ['c', 'a'])
  assert.deepEqual(places.standing(), { taken: 0, waiting: 0 })
})

test('releasing twice frees one place', async () => {
  const places = createPlaces({ total: 1, perUser: 1, waitMs: 20 })
  const release = await places.take('a', never)
  release()
  release()
  await places.take('a', never)
  await assert.rejects(places.take('b', never), { code: 'LLM_BUSY' })
})

test('who cancels leaves the line', async () => {
  const places = createPlaces({ total: 1, perUser: 1, waitMs: 5000 })
  const release = await places.take('a', never)
  const controller = new AbortController()
  const waiting = places.take('b', controller.signal)
  controller.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  release()
  assert.deepEqual(places.standing(), { taken: 0, waiting: 0 })
})
