import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { outbound } from './outbound.ts'

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()]
  const written = Promise.all([text(stdout), text(stderr)])
  const io = { stdin, stdout, stderr, env: { LANG: 'ja_JP.UTF-8' }, cwd: '/' }
  const code = await outbound.run(args, io)
  stdout.end()
  stderr.end()
  const [out, err] = await written
  return { code, out, err }
}

describe('minato outbound check', () => {
  it('prints verdicts in the order given, exactly three keys each, and exits 1', async () => {
    const { code, out } = await run(
      'check',
      '--json',
      '--',
      'https://example.com',
      'http://127.1',
      '',
    )
    assert.equal(code, 1)
    assert.deepEqual(JSON.parse(out), [
      { url: 'https://example.com', verdict: 'allow', reason: 'OUTBOUND_OK' },
      { url: 'http://127.1', verdict: 'refuse', reason: 'OUTBOUND_LOOPBACK' },
      { url: '', verdict: 'refuse', reason: 'OUTBOUND_URL_INVALID' },
    ])
  })

  it('exits 0 when all are allowed, and takes --json after the URLs too', async () => {
    const { code, out } = await run('check', 'https://example.com', '--json')
    assert.equal(code, 0)
    assert.equal(JSON.parse(out).length, 1)
  })

  it('takes what follows -- as a URL, flags included', async () => {
    const { out } = await run('check', '--json', '--', '--json', '-x', '--')
    assert.deepEqual(
      JSON.parse(out).map(({ url }: { url: string }) => url),
      ['--json', '-x', '--'],
    )
  })

  it('says how to mend a refusal in the language of the terminal', async () => {
    const { code, out } = await run('check', 'http://localhost/')
    assert.equal(code, 1)
    assert.match(out, /^refuse {2}OUTBOUND_LOOPBACK {2}http:\/\/localhost\/\n {8}このアドレス/)
  })

  it('never sends a control character to the terminal', async () => {
    const { out } = await run('check', 'http://a\u001b[31m\u202e\n.example/')
    assert.match(out, /http:\/\/a\\u001b\[31m\\u\{202e\}\\n\.example\//)
  })

  it('refuses wrong usage with 2', async () => {
    for (const args of [
      [],
      ['check'],
      ['look'],
      ['check', '--yes', 'https://a.com'],
      ['check', '--'],
    ]) {
      const { code, out, err } = await run(...args)
      assert.equal(code, 2, args.join(' '))
      assert.equal(out, '')
      assert.match(err, /Usage: minato outbound check/)
    }
  })

  it('prints help on --help', async () => {
    const { code, out } = await run('check', '--help')
    assert.equal(code, 0)
    assert.match(out, /Exit code/)
  })

  it('loads nothing that can dial', async () => {
    const before = Object.keys(
      process.getBuiltinModule('node:module').createRequire(import.meta.url).cache ?? {},
    )
    assert.ok(!before.some((path) => path.includes('undici')), before.join('\n'))
  })
})
