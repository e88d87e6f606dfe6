import assert from 'node:assert/strict'
import { test } from 'node:test'
import { argumentFields, readArguments } from './argument-fields.ts'

const schema = {
  type: 'object',
  required: ['city'],
  properties: {
    city: { type: 'string', description: 'Where' },
    days: { type: 'integer', default: 3 },
    detailed: { type: 'boolean' },
    unit: { enum: ['C', 'F'] },
  },
}

test('a flat schema becomes fields, and their values become arguments', () => {
  const fields = argumentFields(schema) ?? []
  assert.deepEqual(
    fields.map(({ name, kind, required, initial }) => [name, kind, required, initial]),
    [
      ['city', 'text', true, ''],
      ['days', 'number', false, '3'],
      ['detailed', 'boolean', false, ''],
      ['unit', 'choice', false, ''],
    ],
  )
  const values = { city: '横浜', days: '2', detailed: 'on', unit: '' }
  assert.deepEqual(readArguments(fields, values), {
    arguments: { city: '横浜', days: 2, detailed: true },
  })
  assert.deepEqual(readArguments(fields, { days: 'two' }), { bad: 'days' })
})

test('what a form cannot hold is left to JSON, and no schema at all is no field', () => {
  assert.equal(argumentFields({ properties: { list: { type: 'array' } } }), undefined)
  assert.deepEqual(argumentFields(undefined), [])
  assert.deepEqual(argumentFields({ type: 'object' }), [])
})
