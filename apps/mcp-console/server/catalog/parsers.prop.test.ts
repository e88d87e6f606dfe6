import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { readDockerCatalog } from './docker-catalog.ts'
import { isImage } from './image.ts'
import { catalogItem } from './item.ts'
import { plainText } from './plain-text.ts'
import { readRegistryPage } from './registry-page.ts'
import { foldText, searchItems } from './search.ts'

const SANDBOX = join(import.meta.dirname, '../../../../sandbox/registries')
const read = (name: string) => JSON.parse(readFileSync(join(SANDBOX, name), 'utf8'))
const docker: { registry: Record<string, object> } = read('docker-catalog.json')
const official: { servers: object[] } = read('official-servers.json')

/** An ordinary entry with one value, anywhere in it, replaced by anything. */
function spoilt(entries: object[]): fc.Arbitrary<object> {
  return fc
    .tuple(fc.constantFrom(...entries), fc.nat(), fc.jsonValue({ maxDepth: 2 }))
    .map(([entry, at, value]) => {
      const copy = structuredClone(entry)
      const places = placesIn(copy)
      const place = places[at % places.length]
      if (place !== undefined) Reflect.set(place.holder, place.key, value)
      return copy
    })
}

function placesIn(value: unknown): { holder: object; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { holder: value, key },
    ...placesIn(inner),
  ])
}

test('an entry of either catalog is an item of our shape or one that is broken, never an exception', () => {
  fc.assert(
    fc.property(spoilt(Object.values(docker.registry)), spoilt(official.servers), (one, other) => {
      const fromDocker = readDockerCatalog('docker', { registry: { one } })
      const page = readRegistryPage('official', { servers: [other] }, new Map())
      assert.ok(fromDocker && page)
      assert.equal(fromDocker.items.length + fromDocker.broken.length, 1)
      for (const item of [...fromDocker.items, ...page.entries.map((entry) => entry.item)]) {
        catalogItem.parse(item)
        assert.ok(item.image === null || isImage(item.image))
        assert.equal(item.installable, item.whyNot === undefined)
        for (const link of [item.remoteUrl, ...Object.values(item.links)]) {
          assert.match(link ?? 'https://', /^https?:\/\//)
        }
      }
    }),
    { numRuns: 600 },
  )
})

test('one broken entry leaves its neighbours alone', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const registry = { ...docker.registry, spoilt: value }
      const { items = [] } = readDockerCatalog('docker', { registry }) ?? {}
      assert.ok(items.length >= 37)
    }),
    { numRuns: 50 },
  )
})

test('text of strangers holds no control character and keeps within its length', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (text, max) => {
        const plain = plainText(text, max)
        assert.ok(plain.length <= max)
        assert.doesNotMatch(plain, /(?![\n\t])[\p{Cc}\p{Cf}]/u)
      },
    ),
  )
})

test('an item is found by its own title, whatever the width, case or kana it is typed in', () => {
  const { items = [] } = readDockerCatalog('docker', docker) ?? {}
  for (const item of items) {
    const wide = item.title.replace(/[!-~]/g, (sign) =>
      String.fromCharCode(sign.charCodeAt(0) + 0xfee0),
    )
    for (const q of [item.title, item.title.toUpperCase(), wide]) {
      assert.ok(searchItems(items, { q, category: '' }).includes(item), q)
    }
  }
  assert.equal(foldText('データベース'), foldText('でーたべーす'))
})
