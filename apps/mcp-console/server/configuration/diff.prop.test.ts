import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Change, diffJson } from './diff.ts'

const json = fc.jsonValue({ maxDepth: 3 })

test('nothing changed is no change', () => {
  fc.assert(
    fc.property(json, (value) => assert.deepEqual(diffJson(value, structuredClone(value)), [])),
  )
})

test('whatever differs is told, and the way back is the mirror', () => {
  fc.assert(
    fc.property(json, json, (before, after) => {
      const there = diffJson(before, after)
      assert.equal(
        there.length > 0,
        JSON.stringify(before) !== JSON.stringify(after) && differ(before, after),
      )
      const mirror = { added: 'removed', removed: 'added', changed: 'changed' } as const
      const back = diffJson(after, before)
      const kinds = (changes: Change[]) => changes.map(({ path, kind }) => `${kind} ${path}`).sort()
      assert.deepEqual(
        kinds(back),
        kinds(there.map((change) => ({ ...change, kind: mirror[change.kind] }))),
      )
    }),
  )
})

/** By value, whatever the order of keys. */
function differ(a: unknown, b: unknown): boolean {
  try {
    assert.deepEqual(a, b)
    return false
  } catch {
    return true
  }
}

test('a named thing taken out of the middle is one removal', () => {
  const servers = ['a', 'b', 'c'].map((name) => ({ name, enabled: true }))
  const changes = diffJson({ servers }, { servers: [servers[0], { name: 'c', enabled: false }] })
  assert.deepEqual(changes, [
    { path: 'servers[b]', kind: 'removed', before: servers[1] },
    { path: 'servers[c].enabled', kind: 'changed', before: true, after: false },
  ])
})

test('another order alone is a change of the list', () => {
  const [one, two] = [{ name: 'one' }, { name: 'two' }]
  assert.deepEqual(diffJson([one, two], [two, one]), [
    { path: '', kind: 'changed', before: ['one', 'two'], after: ['two', 'one'] },
  ])
})
