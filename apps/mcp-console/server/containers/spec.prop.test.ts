import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { savedSpec, serverSpec } from './spec.ts'

const base = { name: 'weather', image: 'mcp/weather:1' }
const accepts = (extra: object) => serverSpec.safeParse({ ...base, ...extra }).success

const spec = fc.record(
  {
    name: fc.string({ minLength: 1, maxLength: 200 }).filter((text) => text.trim() !== ''),
    image: fc.constantFrom(
      'a',
      'mcp/time',
      'localhost:5000/x/y:1.2',
      `ghcr.io/a@sha256:${'0'.repeat(64)}`,
    ),
    env: fc.dictionary(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,20}$/), fc.string()),
    command: fc.array(
      fc.string().filter((text) => !/[\0\r\n]/.test(text)),
      { maxLength: 5 },
    ),
    ports: fc.uniqueArray(fc.record({ container: fc.integer({ min: 1, max: 65_535 }) })),
    delivery: fc.constantFrom('environment', 'file'),
    limits: fc.record({ memoryMb: fc.integer({ min: 16, max: 4096 }) }),
  },
  { requiredKeys: ['name', 'image'] },
)

test('what was accepted is what is saved and read again', () => {
  fc.assert(
    fc.property(spec, (input) => {
      const ports = input.ports?.slice(0, 20)
      const parsed = serverSpec.parse(ports === undefined ? input : { ...input, ports })
      assert.deepEqual(savedSpec(JSON.parse(JSON.stringify(parsed))), parsed)
    }),
  )
})

test('no name of a variable can carry a second one, no word a second line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
      const isName = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(text)
      assert.equal(
        accepts({ env: Object.fromEntries([[text, 'x']]) }),
        isName || text === '__proto__',
      )
      assert.equal(accepts({ command: [text] }), !/[\0\r\n]/.test(text))
    }),
    { numRuns: 500 },
  )
})

test('nothing that leads out of the container is accepted', () => {
  for (const extra of [
    { privileged: true },
    { capAdd: ['SYS_ADMIN'] },
    { network: 'host' },
    { volumes: [{ source: '../etc', target: '/x' }] },
    { volumes: [{ source: '/srv:/etc', target: '/x' }] },
    { volumes: [{ source: 'data', target: 'relative' }] },
    { ports: [{ container: 80, host: 70_000 }] },
    {
      ports: [
        { container: 80, host: 8080 },
        { container: 81, host: 8080 },
      ],
    },
    { limits: { memoryMb: -1 } },
    { limits: { pids: 0 } },
    { image: '-v' },
    { image: 'a b' },
    { image: 'https://example.com/x' },
    { transport: 'sse' },
    { transport: 'sse', port: 80, network: 'none' },
  ]) {
    assert.ok(!accepts(extra), JSON.stringify(extra))
  }
  assert.ok(accepts({ transport: 'sse', port: 80 }))
})
