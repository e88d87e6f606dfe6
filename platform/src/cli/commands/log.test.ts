import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'

const folder = mkdtempSync(join(tmpdir(), 'minato-cli-log-'))
after(() => rmSync(folder, { recursive: true, force: true }))
const script = join(folder, 'run.ts')
writeFileSync(
  script,
  `import { log } from ${JSON.stringify(new URL('log.ts', import.meta.url).href)}
  const { stdin, stdout, stderr, env } = process
  process.exitCode = await log.run(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() })`,
)

async function run(args: string[], input: Buffer | string = '') {
  const child = spawn(process.execPath, [script, ...args], { env: {} })
  const out: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (chunk) => out.push(chunk))
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, stdout: Buffer.concat(out), stderr: errors }
}

test('without an action, and with --help, it says how it is used', async () => {
  for (const args of [[], ['--help'], ['sanitize', '--help']]) {
    const { code, stdout } = await run(args)
    assert.equal(code, 0)
    assert.match(stdout.toString(), /minato log sanitize/)
  }
  const { code, stderr } = await run(['mask'])
  assert.equal(code, 64)
  assert.match(stderr, /unknown action "mask"/)
})

test('one line out for one in, byte for byte what is not secret', async () => {
  const input = Buffer.concat([
    Buffer.from('\ufeffplain ü 港\r\n\n\rpassword=hunter2-Zx9\r\n'),
    Buffer.from([0xff, 0xfe, 0x20, 0xe6, 0xb8, 0x0a]),
    Buffer.from('{"token":"abc","n":1.50}\n\x00\x1b[31mred\x1b[0m no line end '),
    Buffer.from([0xc3]),
  ])
  const { code, stdout } = await run(['sanitize'], input)
  const expected = Buffer.concat([
    Buffer.from('\ufeffplain ü 港\r\n\n\rpassword=[secret]\r\n'),
    Buffer.from([0xff, 0xfe, 0x20, 0xe6, 0xb8, 0x0a]),
    Buffer.from('{"token":"[secret]","n":1.50}\n\x00\x1b[31mred\x1b[0m no line end '),
    Buffer.from([0xc3]),
  ])
  assert.equal(code, 0)
  assert.deepEqual(stdout.toString('latin1'), expected.toString('latin1'))
})

test('a private key over several lines loses each of them, and the log goes on after it', async () => {
  const input = `a\n2026 -----BEGIN RSA PRIVATE KEY-----\n2026 ${'MIIabcdEFGH1'.repeat(5)}\n2026 ${'x9'.repeat(30)}==\n2026 -----END RSA PRIVATE KEY-----\nafter ordinary words\n`
  const { stdout } = await run(['sanitize'], input)
  const lines = stdout.toString().split('\n')
  assert.equal(lines.length, input.split('\n').length)
  assert.doesNotMatch(stdout.toString(), /MIIabcd|x9x9/)
  assert.equal(lines[5], 'after ordinary words')
})

test('a line of 12 MB passes with its secret masked and its length kept', async () => {
  const filler = 'word '.repeat(1_200_000)
  const { stdout } = await run(['sanitize'], `${filler}password=hunter2-Zx9 ${filler}\nnext\n`)
  assert.equal(stdout.toString(), `${filler}password=[secret] ${filler}\nnext\n`)
})

test('a reader that goes away ends it quietly', async () => {
  const child = spawn(process.execPath, [script, 'sanitize'])
  let errors = ''
  child.stderr.on('data', (chunk) => {
    errors += chunk
  })
  child.stdin.on('error', () => {})
  child.stdout.once('data', () => child.stdout.destroy())
  child.stdin.end('line of words\n'.repeat(300_000))
  const [code] = await once(child, 'close')
  assert.equal(errors, '')
  assert.equal(code, 0)
})
