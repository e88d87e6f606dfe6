import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrangeRows, type Column, nextSort } from './table-rows.ts'

type Row = { name: string; size: number }
const rows: Row[] = [
  { name: 'b', size: 2 },
  { name: 'a', size: 2 },
  { name: 'item 10', size: 1 },
  { name: 'item 9', size: 3 },
]
const columns: Column<Row>[] = [
  { key: 'name', header: 'Name', cell: (row) => row.name, sort: (row) => row.name },
  { key: 'size', header: 'Size', cell: (row) => row.size, sort: (row) => row.size },
]
const names = (list: Row[]) => list.map(({ name }) => name)

test('equal rows stay as they came, in both directions', () => {
  assert.deepEqual(names(arrangeRows(rows, columns, [], { sort: 'size' })), [
    'item 10',
    'b',
    'a',
    'item 9',
  ])
  assert.deepEqual(names(arrangeRows(rows, columns, [], { sort: '-size' })), [
    'item 9',
    'b',
    'a',
    'item 10',
  ])
})

test('numbers inside names count as numbers', () => {
  assert.deepEqual(names(arrangeRows(rows, columns, [], { sort: 'name' })), [
    'a',
    'b',
    'item 9',
    'item 10',
  ])
})

test('an unknown column sorts nothing, and an empty filter hides nothing', () => {
  const filters = [
    { key: 'q', label: 'Name', match: (row: Row, q: string) => row.name.includes(q) },
  ]
  assert.deepEqual(
    names(arrangeRows(rows, columns, filters, { sort: 'constructor', q: '' })),
    names(rows),
  )
  assert.deepEqual(names(arrangeRows(rows, columns, filters, { q: 'item' })), ['item 10', 'item 9'])
})

test('a click goes up, down, and back', () => {
  assert.equal(nextSort(undefined, 'size'), 'size')
  assert.equal(nextSort('size', 'size'), '-size')
  assert.equal(nextSort('-size', 'size'), undefined)
  assert.equal(nextSort('-name', 'size'), 'size')
})
