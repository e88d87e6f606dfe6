import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { staticContextOn } from '../../platform/src/audit/static/context.ts'
import { staticChecks } from '../../platform/src/audit/static/index.ts'
import { openSourceTree, type SourceTree } from '../../platform/src/audit/static/source-tree.ts'
import { ROOT } from './bench.ts'
import { FILE_FAULTS, type FileFault } from './file-faults.ts'

describe('the static audit of this very checkout', async () => {
  const tree = await openSourceTree(ROOT)

  test('finds nothing where the faults will be', async () => {
    const found: string[] = []
    for (const id of new Set(FILE_FAULTS.map(({ expect }) => expect))) {
      const { status, evidence } = await run(id, tree)
      if (status !== 'pass') found.push(`${id} ${status}: ${JSON.stringify(evidence)}`)
    }
    assert.deepEqual(found, [])
  })

  for (const fault of FILE_FAULTS) {
    test(`finds: ${fault.id} (${fault.expect})`, async () => {
      const { status, evidence } = await run(fault.expect, await edited(tree, fault))
      assert.equal(status, 'fail', JSON.stringify(evidence))
    })
  }
})

async function run(id: string, files: SourceTree) {
  const check = staticChecks.find((one) => one.id === id)
  assert.ok(check, `there is no static check ${id}`)
  const context = staticContextOn(files, { root: ROOT, env: {}, apps: [] })
  return await check.run(context, AbortSignal.timeout(60_000))
}

/** The checkout with one file changed or added. */
async function edited(tree: SourceTree, { file, edit }: FileFault): Promise<SourceTree> {
  const before = await tree.read(file)
  const after = edit(before ?? '')
  assert.notEqual(after, before, `${file} was not changed: the fault must be planted anew`)
  const paths = [...new Set([...tree.paths, file])]
  return {
    git: tree.git,
    paths,
    matching: (pattern) => paths.filter((path) => pattern.test(path)),
    read: async (path) => (path === file ? after : await tree.read(path)),
  }
}
