import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { settled } from './compose-host.ts'
import { containersIn } from './engine.ts'
import { readEnvFile, setEnvLines } from './env-file.ts'
import { colorIn, nameColor } from './upstream.ts'

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'minato-stack-files-'))
})
after(() => rmSync(folder, { recursive: true, force: true }))

test('lines of .env are set in place; comments, order, mode and all others stay', () => {
  const path = join(folder, '.env')
  const text = '# the release\nMINATO_IMAGE=minato:1\n\nHTTP_PORT=80\nQUOTED="a b"\n'
  writeFileSync(path, text, { mode: 0o640 })
  setEnvLines(path, { MINATO_IMAGE: 'minato:2', MINATO_IMAGE_GREEN: 'minato:2' })
  assert.equal(
    readFileSync(path, 'utf8'),
    '# the release\nMINATO_IMAGE=minato:2\n\nHTTP_PORT=80\nQUOTED="a b"\nMINATO_IMAGE_GREEN=minato:2\n',
  )
  assert.equal(statSync(path).mode & 0o777, 0o640)
  assert.equal(readEnvFile(path)['QUOTED'], 'a b')
  assert.deepEqual(readdirSync(folder), ['.env'], 'no scratch file is left')
})

test('the color in service comes back after a reboot; other profiles stay', () => {
  assert.deepEqual(settled({ COMPOSE_PROFILES: 'blue,alerts, watch' }, 'green', 'minato:2'), {
    COMPOSE_PROFILES: 'green,alerts,watch',
    MINATO_IMAGE: 'minato:2',
    MINATO_IMAGE_GREEN: 'minato:2',
  })
  assert.equal(settled({}, 'blue', 'minato:1')['COMPOSE_PROFILES'], 'blue')
})

test("only the color in nginx's include changes, and can be taken back", () => {
  const path = join(folder, 'upstream.conf')
  const text = '# was web-green once\nmap "" $minato_web { default web-blue; }\n'
  writeFileSync(path, text)
  chmodSync(path, 0o644)
  assert.equal(colorIn(path), 'blue')
  const takeBack = nameColor(path, 'green')
  assert.equal(colorIn(path), 'green')
  assert.match(readFileSync(path, 'utf8'), /\{ default web-green; \}/)
  assert.equal(statSync(path).mode & 0o777, 0o644, 'nginx may still read it')
  takeBack()
  assert.equal(readFileSync(path, 'utf8'), text)
  writeFileSync(path, 'server web-blue; server web-green;')
  assert.throws(() => colorIn(path), {
    code: 'DEPLOY_STACK',
    message: /either web-blue or web-green/,
  })
})

test("a service's processes are counted without the commands that run beside it", () => {
  const row = (id: string, oneoff: string) =>
    JSON.stringify({ ID: id, State: 'running', Labels: `a=b,com.docker.compose.oneoff=${oneoff}` })
  const [web, probe] = [row('web', 'False'), row('probe', 'True')]
  for (const stdout of [`${web}\n${probe}\n`, `[${web},${probe}]`]) {
    assert.deepEqual(
      containersIn(stdout).map(({ ID }) => ID),
      ['web'],
    )
  }
  assert.deepEqual(containersIn('\n'), [])
})
