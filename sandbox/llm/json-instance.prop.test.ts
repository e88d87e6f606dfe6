import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import type { JsonSchema } from './chat-request.ts'
import { instanceOf } from './json-instance.ts'

/** zod's own reader of JSON Schema is the judge: it shares no code with the maker. */
function judge(schema: JsonSchema, text: string): void {
  const instance = instanceOf(schema, { text })
  const result = z.fromJSONSchema(schema as never).safeParse(instance)
  assert.ok(result.success, `${JSON.stringify(instance)} against ${JSON.stringify(schema)}`)
  assert.deepEqual(instanceOf(schema, { text }), instance, 'the same input gives the same instance')
}

const name = fc.constantFrom('title', 'count', 'tags', '名前', '__proto__', 'a b')
const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.constantFrom('名前: 佐藤、数は7、色は赤', 'title: Harbour, count: 12', '', '2026-11-15'),
)

const string = fc
  .tuple(fc.nat({ max: 20 }), fc.nat({ max: 30 }))
  .map(([least, more]) => ({ type: 'string', minLength: least, maxLength: least + more }))
const formatted = fc
  .constantFrom('date', 'date-time', 'time', 'duration', 'email', 'ipv4', 'ipv6', 'uri', 'uuid')
  .map((format) => ({ type: 'string', format }))
const integer = fc
  .tuple(
    fc.integer({ min: -50, max: 50 }),
    fc.integer({ min: 10, max: 60 }),
    fc.integer({ min: 1, max: 5 }),
  )
  .map(([minimum, width, multipleOf]) => ({
    type: 'integer',
    minimum,
    maximum: minimum + width,
    multipleOf,
  }))
const between = fc
  .integer({ min: -9, max: 9 })
  .map((low) => ({ type: 'number', exclusiveMinimum: low, exclusiveMaximum: low + 1 }))
const plain = fc.constantFrom<JsonSchema>(
  { type: 'boolean' },
  { type: 'null' },
  { const: 42 },
  { enum: ['red', 'green', '赤'] },
  { type: ['string', 'null'] },
)

const { schema } = fc.letrec<{ schema: JsonSchema; object: JsonSchema; array: JsonSchema }>(
  (tie) => ({
    schema: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      string,
      formatted,
      integer,
      between,
      plain,
      tie('array'),
      tie('object'),
      fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    ),
    array: fc
      .tuple(tie('schema'), fc.nat({ max: 4 }), fc.nat({ max: 3 }))
      .map(([items, minItems, more]) => ({
        type: 'array',
        items,
        minItems,
        maxItems: minItems + more,
      })),
    object: fc
      .tuple(fc.dictionary(name, tie('schema'), { maxKeys: 5 }), fc.boolean())
      .map(([properties, all]) => ({
        type: 'object',
        properties,
        required: all ? Object.keys(properties) : Object.keys(properties).slice(0, 1),
        additionalProperties: false,
      })),
  }),
)

test('every instance validates against its schema', () => {
  fc.assert(
    fc.property(schema, text, (made, said) => judge(made, said)),
    { numRuns: 600 },
  )
})

test('a list longer than there are numbers repeats them', () => {
  const items = { type: 'integer', minimum: 0, maximum: 10, multipleOf: 4 }
  judge({ type: 'array', items, minItems: 4, maxItems: 4 }, '')
})

const patterns = [
  '^[A-Z]{3}-\\d{4}$',
  '^\\d{3}-?\\d{4}$',
  '^(foo|bar)+[a-z]*$',
  '^[^\\s@]+@[^\\s@]+\\.[a-z]{2,}$',
  '^[\\u3040-\\u309f]+$',
  '^#[0-9a-f]{6}$',
  '\\.pdf$',
  '^(?:ja|en)$',
  '^v\\d+\\.\\d+(?:\\.\\d+)?$',
  '^\\p{Lu}\\p{Ll}+$',
]
for (const pattern of patterns) {
  test(`makes a text that matches ${pattern}`, () => {
    const made = instanceOf({ type: 'string', pattern }, { text: '何か' })
    assert.match(String(made), new RegExp(pattern, 'u'))
  })
}

test('recursion by reference ends, and lists of unique items hold no twins', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: {
          label: { type: 'string' },
          next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
          children: { type: 'array', items: { $ref: '#/$defs/node' } },
        },
        required: ['label', 'next', 'children'],
        additionalProperties: false,
      },
    },
  }
  judge(tree, '木')
  const unique = { type: 'array', items: { enum: ['a', 'b', 'c'] }, minItems: 3, uniqueItems: true }
  assert.equal(new Set(instanceOf(unique, { text: 'a' }) as string[]).size, 3)
  const numbers = { type: 'array', items: { type: 'integer' }, minItems: 4, uniqueItems: true }
  assert.equal(new Set(instanceOf(numbers, { text: '5' }) as number[]).size, 4)
})

test('takes values from the prompt: labels, numbers, choices', () => {
  const schema = {
    type: 'object',
    properties: {
      name: { type: 'string' },
      age: { type: 'integer', minimum: 0 },
      colour: { enum: ['red', 'green', 'blue'] },
      mail: { type: 'string', format: 'email' },
    },
    required: ['name', 'age', 'colour', 'mail'],
  }
  const text = 'name: Taro Sato, age: 41, likes green. Write to taro@sato.example'
  assert.deepEqual(instanceOf(schema, { text }), {
    name: 'Taro Sato',
    age: 41,
    colour: 'green',
    mail: 'taro@sato.example',
  })
})
