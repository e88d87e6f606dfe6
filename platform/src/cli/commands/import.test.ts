import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { after, before, beforeEach, test } from 'node:test'
import { type AppDefinition, defineApp } from '../../app/define-app.ts'
import type { ImportInput, ImportReport } from '../../app/state-import.ts'
import type { System } from '../../app/system.ts'
import { main } from '../main.ts'

const ROOT = join(import.meta.dirname, '../../../..')
const detail = { en: 'It was over.', ja: '期限切れです。' }

let folder: string
let file: string
let asked: ImportInput[]
let proven: boolean

/** An app that takes over one row of two, and remembers what it was asked. */
const app = defineApp({
  name: 'harbour',
  title: { en: 'Harbour', ja: '港' },
  description: { en: 'A harbour.', ja: '港。' },
  permissions: {},
  imports: {
    'harbour-state': {
      title: { en: 'The old harbour', ja: '旧港' },
      async run(_services, input): Promise<ImportReport> {
        asked.push(input)
        const left = [{ id: 'b', reason: 'expired', detail }]
        const tables = [{ table: 'berths', found: 2, taken: 1, already: 0, left }]
        const next = [{ en: 'Shred the file.', ja: 'ファイルを消します。' }]
        return { applied: input.apply, proven: input.apply && proven, tables, next }
      },
    },
  },
})

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'minato-import-'))
  file = join(folder, 'state.db')
  writeFileSync(file, 'anything')
  writeFileSync(join(folder, 'keys'), 'new-key\n\nold-key\n')
})
after(() => rmSync(folder, { recursive: true, force: true }))
beforeEach(() => {
  asked = []
  proven = true
})

function sink() {
  let text = ''
  const stream = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  return { stream, text: () => text }
}

async function minato(...args: string[]) {
  const [stdout, stderr] = [sink(), sink()]
  const system: System = {
    root: ROOT,
    version: '0.0.0-test',
    apps: async () => [app as AppDefinition],
    startStandIns: async () => ({
      ...{ names: [], variables: {}, control: { url: 'http://127.0.0.1:1', token: '' } },
      close: async () => undefined,
    }),
    buildSite: async () => undefined,
    commands: {},
  }
  const env = { MINATO_ENV: 'test', MINATO_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'fatal' }
  const io = { stdin: Readable.from(['']), env, cwd: folder, system }
  const code = await main(['import', ...args], {
    ...io,
    stdout: stdout.stream,
    stderr: stderr.stream,
  })
  return { code, stdout: stdout.text(), stderr: stderr.text() }
}

test('plans unless told to apply, and says what stays behind and what comes next', async () => {
  const { code, stdout } = await minato('harbour-state', 'state.db', '--fernet-key-file', 'keys')
  assert.equal(code, 0)
  assert.match(stdout, /berths +2 +1 +0 +1/)
  assert.match(stdout, /berths: 1 left \(expired\): b\n {2}It was over\./)
  assert.match(stdout, /A plan: nothing was changed/)
  assert.match(stdout, /1\. Shred the file\./)
  assert.equal(asked[0]?.apply, false)
  assert.equal(asked[0]?.file, file)
  assert.deepEqual(asked[0]?.fernetKeys, ['new-key', 'old-key'])
  assert.doesNotMatch(stdout, /new-key/)
})

test('applies with exit code 0 only when the counts prove it', async () => {
  const good = await minato('harbour-state', file, '--apply', '--json')
  assert.equal(good.code, 0)
  assert.equal(JSON.parse(good.stdout).proven, true)
  proven = false
  const bad = await minato('harbour-state', file, '--apply')
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /the counts do not agree/)
})

test('says what is wrong: names, files, keys, owners', async () => {
  assert.equal((await minato()).code, 2)
  assert.match((await minato('harbour-state', 'nothing.db')).stderr, /There is no file/)
  const noKey = await minato('harbour-state', file, '--fernet-key-file', 'nothing')
  assert.equal(noKey.code, 2)
  const unknown = await minato('nothing', file)
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /There are: harbour-state/)
  const owner = await minato('harbour-state', file, '--owner', 'nobody@test.example')
  assert.match(owner.stderr, /IMPORT_OWNER_UNKNOWN/)
  assert.deepEqual(asked, [])
})
