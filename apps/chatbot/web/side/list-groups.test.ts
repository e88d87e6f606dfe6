import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupByDay } from './list-groups.ts'

const now = Date.parse('2026-03-10T16:00:00Z') // 11 March, 01:00 in Tokyo

function conversation(updatedAt: string, pinned = false) {
  return {
    ...{ id: updatedAt, title: '', model: null, systemPromptId: null, pinned },
    ...{ archived: false, createdAt: updatedAt, updatedAt },
  }
}

const names = (zone: string, ...times: string[]) =>
  groupByDay(
    times.map((at) => conversation(at)),
    now,
    zone,
  ).map(({ name }) => name)

test('the days are those of the viewer', () => {
  assert.deepEqual(names('Asia/Tokyo', '2026-03-10T15:30:00Z'), ['today'])
  assert.deepEqual(names('Asia/Tokyo', '2026-03-10T14:30:00Z'), ['yesterday'])
  assert.deepEqual(names('UTC', '2026-03-10T14:30:00Z'), ['today'])
})

test('pinned ones come first, then by day', () => {
  const groups = groupByDay(
    [
      conversation('2025-01-01T00:00:00Z', true),
      conversation('2026-03-10T15:59:00Z'),
      conversation('2026-03-06T00:00:00Z'),
      conversation('2026-03-05T00:00:00Z'),
      conversation('2026-01-01T00:00:00Z'),
    ],
    now,
    'Asia/Tokyo',
  )
  assert.deepEqual(
    groups.map(({ name, items }) => [name, items.length]),
    [
      ['pinned', 1],
      ['today', 1],
      ['week', 2],
      ['earlier', 1],
    ],
  )
})
