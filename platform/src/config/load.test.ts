import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { Secret } from '../log/index.ts'
import { defineConfig } from './define-config.ts'
import { loadConfig } from './load.ts'
import { reportProblems } from './report.ts'
import { amount, bool, bytes, duration, integer, list, url, variable } from './variable.ts'

const SECRET = 'kaze-to-minato-0123456789'
const notes = defineConfig(
  {
    keepMs: variable('NOTES_KEEP', duration.default(1000), {
      describe: 'how long',
      example: '90d',
    }),
    most: variable('NOTES_MOST', integer(1, 9).optional(), { describe: 'how many' }),
    open: variable('NOTES_OPEN', bool.default(false), { describe: 'whether open' }),
    tags: variable('NOTES_TAGS', list.default([]), { describe: 'which tags' }),
    price: variable('NOTES_PRICE', amount.optional(), { describe: 'what it costs' }),
    size: variable('NOTES_SIZE', bytes.optional(), { describe: 'how large' }),
    server: variable('NOTES_URL', url('https').optional(), { describe: 'which server' }),
    key: variable('NOTES_KEY', z.string().min(16).optional(), {
      describe: 'its key',
      secret: true,
    }),
  },
  {
    check: ({ open, key }) =>
      open && key === undefined
        ? [
            {
              variable: 'NOTES_KEY',
              problem: { en: 'is missing', ja: 'がありません' },
              mend: { en: 'set it', ja: '設定を' },
            },
          ]
        : [],
  },
)

let root: string
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'minato-config-'))
  await writeFile(join(root, '.env.development'), 'NOTES_TAGS=from-laptop\nNOTES_MOST=2\n')
  await writeFile(join(root, '.env'), 'NOTES_MOST=3\n')
  await writeFile(join(root, 'key'), `${SECRET}\n`)
})
after(() => rm(root, { recursive: true, force: true }))

const load = (env: Record<string, string>, standIns = {}) =>
  loadConfig({ root, env, sections: { notes }, standIns })

test('later sources win; production does not read the laptop’s file', () => {
  const { values, settings } = load({ NOTES_OPEN: 'yes', NOTES_KEY: SECRET }, { NOTES_MOST: '4' })
  assert.equal(values['notes']?.['most'], 4)
  assert.deepEqual(values['notes']?.['tags'], ['from-laptop'])
  const sources = Object.fromEntries(settings.map((s) => [s.variable.name, s.source]))
  assert.deepEqual(
    [sources['NOTES_KEEP'], sources['NOTES_TAGS'], sources['NOTES_MOST'], sources['NOTES_OPEN']],
    ['default', 'file', 'sandbox', 'environment'],
  )
  assert.equal(load({ NOTES_MOST: '5' }, { NOTES_MOST: '4' }).values['notes']?.['most'], 5)
  const production = load({ MINATO_ENV: 'production' }).values['notes']
  assert.deepEqual([production?.['tags'], production?.['most']], [[], 3])
})

test('a secret comes from a file too, and never prints', () => {
  const { values, settings } = load({ NOTES_KEY_FILE: join(root, 'key') })
  const key = values['notes']?.['key']
  assert.ok(key instanceof Secret)
  assert.equal(key.reveal(), SECRET)
  assert.doesNotMatch(JSON.stringify({ values, settings }), /kaze-to/)
  const both = load({ NOTES_KEY_FILE: join(root, 'key'), NOTES_KEY: SECRET }).problems
  assert.deepEqual(
    both.map((p) => p.problem.en),
    ['is set together with NOTES_KEY_FILE'],
  )
  const gone = load({ NOTES_KEY_FILE: join(root, 'gone') }).problems
  assert.deepEqual(
    gone.map((p) => p.variable),
    ['NOTES_KEY_FILE'],
  )
})

test('every problem is told at once, one line each, in both languages, without a value', () => {
  const wrong = {
    NOTES_KEEP: 'hunter2-forever',
    NOTES_MOST: '10',
    NOTES_OPEN: 'hunter2',
    NOTES_PRICE: '-1',
    NOTES_SIZE: '5 tb',
    NOTES_URL: 'http://hunter2@x',
    NOTES_KEY: 'hunter2',
    MINATO_DATA_DRI: 'x',
  }
  const { problems } = load(wrong)
  assert.equal(problems.length, Object.keys(wrong).length)
  const english = reportProblems(problems, {})
  assert.equal(english.trimEnd().split('\n').length, problems.length)
  assert.match(english, /^NOTES_MOST must be a whole number from 1 to 9: /m)
  assert.match(english, /^NOTES_URL must be a URL starting with https:\/\//m)
  assert.doesNotMatch(english, /hunter2/)
  const japanese = reportProblems(problems, { LANG: 'ja_JP.UTF-8' })
  assert.match(japanese, /^NOTES_KEEP の値が正しくありません/m)
  assert.doesNotMatch(japanese, /hunter2/)
})

test('values are read in their units; an empty variable is an unset one', () => {
  const read = (env: Record<string, string>) => load(env).values['notes']
  assert.equal(read({ NOTES_KEEP: '90d' })?.['keepMs'], 90 * 86_400_000)
  assert.equal(read({ NOTES_KEEP: '' })?.['keepMs'], 1000)
  assert.equal(read({ NOTES_SIZE: '5MB' })?.['size'], 5 * 1024 * 1024)
  assert.equal(read({ NOTES_PRICE: '12.5' })?.['price'], 12.5)
  assert.deepEqual(read({ NOTES_TAGS: ' a, ,b ' })?.['tags'], ['a', 'b'])
})

test('rules between variables are asked once each stands on its own; unknown profiles are strict', () => {
  assert.deepEqual(
    load({ NOTES_OPEN: '1' }).problems.map((p) => p.variable),
    ['NOTES_KEY'],
  )
  assert.deepEqual(
    load({ NOTES_OPEN: '1', NOTES_SIZE: 'x' }).problems.map((p) => p.variable),
    ['NOTES_SIZE'],
  )
  const strange = load({ MINATO_ENV: 'prodution' })
  assert.equal(strange.profile, 'production')
  assert.deepEqual(
    strange.problems.map((p) => p.variable),
    ['MINATO_ENV'],
  )
  assert.deepEqual(load({ MINATO_TEST_ANYTHING: '1' }).problems, [])
  assert.throws(() => {
    const { values } = load({})
    ;(values['notes'] as Record<string, unknown>)['most'] = 1
  }, TypeError)
})
