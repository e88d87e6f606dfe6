import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { containerName } from './names.ts'

const typed = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.stringMatching(/^[A-Za-z0-9_. !-]{0,200}$/),
  fc.stringMatching(/^[._-]{0,80}$/),
)

test('whatever is typed gives a name of the rule, and a name is its own name', () => {
  fc.assert(
    fc.property(typed, (text) => {
      const name = containerName(text)
      assert.match(name, /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/)
      assert.equal(containerName(name), name)
    }),
    { numRuns: 1000 },
  )
})

test('the rule of the specification, case by case', () => {
  assert.equal(containerName('GitHub (official)'), 'GitHub-official')
  assert.equal(containerName('天気 Server!'), 'Server')
  assert.equal(containerName('io.github.user/weather'), 'io.github.user-weather')
  assert.equal(containerName('..__--'), 'mcp-server')
  assert.equal(containerName(''), 'mcp-server')
  assert.equal(containerName('港'), 'mcp-server')
  assert.equal(containerName('a'.repeat(100)), 'a'.repeat(63))
  assert.equal(
    containerName(`${'a'.repeat(62)}.b`),
    'a'.repeat(62),
    'no separator is bared by the cut',
  )
})

test('a hostile name is read in no time', () => {
  const start = performance.now()
  containerName(`a${'-'.repeat(500_000)}b`)
  containerName('!'.repeat(500_000))
  assert.ok(performance.now() - start < 300)
})
