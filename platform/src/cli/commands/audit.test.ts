import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { after, before, test } from 'node:test'
import { GOOD_FILES } from '../../audit/test/good-files.ts'
import { main } from '../main.ts'

let root: string
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'minato-audit-'))
  for (const [path, text] of Object.entries(GOOD_FILES)) {
    if (path === '.env.development') continue
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
})
after(() => rm(root, { recursive: true }))

async function minato(args: string[], env: NodeJS.ProcessEnv = {}) {
  const texts = { stdout: '', stderr: '' }
  const into = (name: keyof typeof texts) =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk)
        done()
      },
    })
  const system = {
    root,
    version: '1.2.3',
    apps: async () => [],
    startStandIns: () => Promise.reject(new Error('no stand-ins')),
    buildSite: async () => undefined,
    commands: {},
  }
  const io = { stdin: Readable.from([]), stdout: into('stdout'), stderr: into('stderr') }
  const code = await main(['audit', ...args], { ...io, env, cwd: root, system })
  return { code, ...texts }
}

const STATIC = ['--phase', 'static']

test('a checkout in which all is well: exit 0, in every form', async () => {
  const text = await minato(STATIC, { LANG: 'ja_JP.UTF-8' })
  assert.equal(text.code, 0, text.stdout)
  assert.match(text.stdout, /スコア \d+\/100/)
  const json = JSON.parse((await minato([...STATIC, '--json'])).stdout)
  assert.equal(json.release, '1.2.3')
  assert.deepEqual(json.phases, ['static'])
  const sarif = JSON.parse((await minato([...STATIC, '--sarif'])).stdout)
  assert.equal(sarif.runs[0].results.length, json.results.length)
  assert.match((await minato([...STATIC, '--junit'])).stdout, /failures="0"/)
})

test('a finding: exit 1, until somebody accepts it', async () => {
  const waivers = join(root, 'accepted.json')
  await writeFile(join(root, 'CHANGELOG.md'), '# Changes\n')
  try {
    const open = await minato([...STATIC, '--only', 'open'])
    assert.equal(open.code, 1)
    assert.match(open.stdout, /OPEN {2}docs\.changelog/)
    assert.doesNotMatch(open.stdout, / ok /)
    const entry = { id: 'docs.changelog', owner: 'Hanako', reason: 'first release' }
    await writeFile(waivers, JSON.stringify([{ ...entry, expires: '2999-12-31' }]))
    const env = { AUDIT_WAIVERS: waivers }
    const accepted = await minato(STATIC, env)
    assert.equal(accepted.code, 0)
    assert.match(accepted.stdout, /WAIVED {2}docs\.changelog/)
    await writeFile(waivers, JSON.stringify([{ ...entry, expires: '2020-01-01' }]))
    const expired = await minato([...STATIC, '--only', 'open', '--json'], env)
    assert.equal(expired.code, 1)
    const ids = JSON.parse(expired.stdout).results.map(({ id }: { id: string }) => id)
    assert.deepEqual(ids.toSorted(), ['audit.waivers', 'docs.changelog'])
  } finally {
    await writeFile(join(root, 'CHANGELOG.md'), GOOD_FILES['CHANGELOG.md'] ?? '')
  }
})

const WRONG = [
  ['--phase', 'later'],
  ['--json', '--junit'],
  ['--only', 'bad'],
  ['--url', 'ftp://x'],
  ['dance'],
  ['history', 'x'],
  ['--nonsense'],
]
for (const args of WRONG) {
  test(`wrong usage exits 2: ${args.join(' ')}`, async () => {
    const { code, stderr, stdout } = await minato(args)
    assert.equal(code, 2, stdout)
    assert.match(stderr, /minato/)
  })
}

test('a configuration that cannot be read exits 78', async () => {
  const { code, stderr } = await minato(['--phase', 'boot'], { MINATO_ENV: 'production' })
  assert.equal(code, 78)
  assert.match(stderr, /AUTH_SECRET/)
})
