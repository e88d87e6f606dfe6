import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openJournal } from './journal.ts'
import { deployBench, stepsOf } from './test/bench.ts'

test('a good release: new ones before old ones end, the way back until the watch is over', async () => {
  using bench = deployBench()
  bench.onWait.each = () => bench.host.serve(200)
  const record = await bench.deploy()
  assert.equal(record.state, 'finished')
  assert.match(
    stepsOf(record),
    /^preflight done, backup done, migrate done, boot done, smoke done, switch done, drain done, watch done, contract skipped, finish done$/,
  )
  assert.deepEqual(bench.host.acts, [
    'once green migrate --plan --json --serving minato:1',
    'once green audit --phase boot --json',
    'once blue backup --reason deploy --json',
    'once green migrate --only expand --json --serving minato:1',
    'start green web',
    'start green worker',
    'point green',
    'stop blue worker',
    'stop blue web',
    'start blue web',
    'stop blue web',
    'settle green minato:2',
    'once green backup --reason deployed --json',
  ])
  assert.match(
    record.steps.find(({ name }) => name === 'watch')?.evidence?.en ?? '',
    /\d+ requests, 0 errors/,
  )
  assert.equal(bench.saved.at(-1)?.state, 'finished')
  assert.ok(record.steps.every(({ ms }) => ms !== null))
  assert.equal(existsSync(join(bench.folder, 'lock')), false)
})

/** What a release does wrong, and what is told. */
const BROKEN: [
  what: string,
  code: string,
  break_: (bench: ReturnType<typeof deployBench>) => void,
][] = [
  [
    'its web ends at start',
    'DEPLOY_NOT_READY',
    ({ host }) => {
      host.on.start = ({ color }, part) =>
        color === 'green' && part === 'web' ? 'unhealthy' : undefined
    },
  ],
  [
    'its web never gets ready',
    'DEPLOY_NOT_READY',
    ({ host }) => {
      host.on.start = ({ color }, part) =>
        color === 'green' && part === 'web' ? 'starting' : undefined
    },
  ],
  [
    'its worker ends at start',
    'DEPLOY_NOT_READY',
    ({ host }) => {
      host.on.start = ({ color }, part) =>
        color === 'green' && part === 'worker' ? 'unhealthy' : undefined
    },
  ],
  [
    'its sign-in page is gone',
    'DEPLOY_SMOKE_FAILED',
    ({ host }) => {
      host.on.web = (color, path) =>
        color === 'green' && path === '/sign-in' ? { status: 404 } : undefined
    },
  ],
  [
    'its API answers 500',
    'DEPLOY_SMOKE_FAILED',
    ({ host }) => {
      host.on.web = (color, path) =>
        color === 'green' && path === '/api/shell' ? { status: 500 } : undefined
    },
  ],
  [
    'nginx refuses the switch',
    'DEPLOY_SWITCH_FAILED',
    ({ host }) => {
      host.on.point = (color) => {
        if (color === 'green') throw new Error('nginx: configuration file test failed')
      }
    },
  ],
  [
    'it errs when people come',
    'DEPLOY_WATCH_FAILED',
    (bench) => {
      bench.onWait.each = () => bench.host.serve(100, bench.host.active === 'green' ? 30 : 0)
    },
  ],
  [
    'it is slow when people come',
    'DEPLOY_WATCH_FAILED',
    (bench) => {
      bench.onWait.each = () => {
        bench.host.serve(100)
        bench.host.requests.green.slow = bench.host.requests.green.all
      }
    },
  ],
  [
    'it crashes in the watch',
    'DEPLOY_WATCH_FAILED',
    (bench) => {
      bench.onWait.each = () => {
        bench.host.serve(100)
        if (bench.host.active === 'green') bench.host.crash('green', 'web')
      }
    },
  ],
]

for (const [what, code, breakIt] of BROKEN) {
  test(`goes back by itself: ${what}`, async () => {
    using bench = deployBench()
    breakIt(bench)
    const record = await bench.deploy()
    assert.equal(record.state, 'reverted', stepsOf(record))
    assert.equal(
      record.reason?.code === 'DEPLOY_STACK' ? 'DEPLOY_SWITCH_FAILED' : record.reason?.code,
      code,
    )
    assert.notEqual(record.reason?.ja, '')
    assert.equal(bench.host.active, 'blue')
    assert.deepEqual([...bench.host.parts.keys()].sort(), ['blue web', 'blue worker'])
    assert.equal(record.steps.at(-1)?.name, 'revert')
    const took = Date.parse(record.endedAt ?? '') - Date.parse(record.startedAt)
    assert.ok(took < 30_000, `${took} ms`)
    const again = await bench.deploy('minato:3').catch((error: unknown) => error)
    assert.ok(!(again instanceof Error), 'a further deploy may begin')
  })
}

test('the old release that stood by is not stopped before the watch has ended', async () => {
  using bench = deployBench()
  bench.onWait.each = () => {
    bench.host.serve(100)
    if (bench.host.active === 'green') assert.ok(bench.host.parts.has('blue web'))
  }
  assert.equal((await bench.deploy()).state, 'finished')
})

test('a fault that the old release has too is no reason to go back', async () => {
  using bench = deployBench()
  bench.host.serve(1000, 100)
  bench.onWait.each = () => bench.host.serve(100, 10)
  assert.equal((await bench.deploy()).state, 'finished')
})

test('refused before anything is started: findings, no backup, an early contract migration', async () => {
  const early = [{ en: 'shop/3 contracts shop/2, which …', ja: '…' }]
  const answers: [args: string, ran: object, code: string][] = [
    [
      'audit',
      { code: 1, stdout: '{"results":[{"id":"data.backup","status":"fail"}]}\n' },
      'DEPLOY_AUDIT_FAILED',
    ],
    ['backup', { code: 1, stderr: 'the disk is full' }, 'DEPLOY_BACKUP_FAILED'],
    [
      '--plan',
      { stdout: `${JSON.stringify({ pending: [], faults: early })}\n` },
      'DEPLOY_CONTRACT_TOO_EARLY',
    ],
    ['--only', { code: 1, stderr: 'lock timeout' }, 'DEPLOY_MIGRATE_FAILED'],
  ]
  for (const [word, ran, code] of answers) {
    using bench = deployBench()
    bench.host.on.once = (_half, args) => (args.includes(word) ? ran : undefined)
    const record = await bench.deploy()
    assert.deepEqual([record.state, record.reason?.code], ['refused', code])
    assert.ok(!bench.host.acts.some((act) => act.startsWith('start')), code)
    if (word === 'audit') assert.match(record.reason?.en ?? '', /data\.backup/)
  }
})

test('findings that this very deploy settles do not stop it', async () => {
  const result = (id: string, more = {}) => ({ id, status: 'fail', ...more })
  const settled = [result('data.migrations'), result('deploy.last'), result('x', { waiver: {} })]
  for (const [results, state] of [
    [settled, 'finished'],
    [[...settled, result('keys.strength')], 'refused'],
    [[result('backup.age', { unevaluated: true })], 'refused'],
  ] as const) {
    using bench = deployBench()
    bench.host.on.once = (_half, args) =>
      args[0] === 'audit' ? { code: 1, stdout: `${JSON.stringify({ results })}\n` } : undefined
    assert.equal((await bench.deploy()).state, state)
  }
})

test('audit and backup are left out only with a reason, which is kept', async () => {
  using bench = deployBench()
  bench.host.on.once = (_half, args) =>
    ['audit', 'backup'].includes(args[0] ?? '') ? { code: 1 } : undefined
  const reason = { skipAudit: 'mending the audit itself', skipBackup: 'made an hour ago' }
  const record = await bench.deploy('minato:2', reason)
  assert.equal(record.state, 'finished')
  assert.match(record.steps[0]?.evidence?.en ?? '', /mending the audit itself/)
  assert.deepEqual(
    [record.steps[1]?.state, record.steps[1]?.evidence?.en],
    ['skipped', 'made an hour ago'],
  )
})

test('a contract migration waits until the old release is gone; its failure keeps the new one', async () => {
  for (const code of [0, 1]) {
    using bench = deployBench()
    const pending = [{ owner: 'shop', id: '3_total', kind: 'contract' }]
    bench.host.on.once = (_half, args) => {
      if (args.includes('--plan')) return { stdout: `${JSON.stringify({ pending, faults: [] })}\n` }
      if (args.join(' ') !== 'migrate --json --serving minato:1') return undefined
      assert.ok(!bench.host.parts.has('blue web'), 'the old release is gone')
      return { code, stdout: `${JSON.stringify({ applied: pending })}\n`, stderr: 'lock timeout' }
    }
    const record = await bench.deploy()
    assert.equal(record.state, 'finished')
    assert.equal(bench.host.active, 'green')
    assert.deepEqual(record.migrations, code === 0 ? ['shop/3_total'] : [])
    assert.equal(record.reason?.code, code === 0 ? undefined : 'DEPLOY_MIGRATE_FAILED')
  }
})

test('no second deploy at once; not what serves already; not what is not there', async () => {
  using bench = deployBench()
  let second: unknown
  bench.host.on.any = (act) => {
    if (act === 'start green web')
      second = bench.deploy('minato:3').catch((error: unknown) => error)
  }
  assert.equal((await bench.deploy()).state, 'finished')
  assert.equal(((await second) as { code?: string }).code, 'DEPLOY_RUNNING')
  await assert.rejects(bench.deploy('minato:2'), { code: 'DEPLOY_SAME_RELEASE' })
  const record = await bench.deploy('minato:missing')
  assert.equal(record.reason?.code, 'DEPLOY_IMAGE_UNKNOWN')
})

test('told to stop, it goes back before it ends', async () => {
  const stopping = new AbortController()
  using bench = deployBench({ signal: stopping.signal })
  bench.onWait.each = () => {
    if (bench.host.active === 'green') stopping.abort()
  }
  const record = await bench.deploy()
  assert.deepEqual([record.state, record.reason?.code], ['reverted', 'DEPLOY_INTERRUPTED'])
  assert.equal(bench.host.active, 'blue')
})

test('a lock left by a deployer that was killed is taken over, one of a living one is not', async () => {
  using bench = deployBench()
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'exit')
  const lock = join(bench.folder, 'lock')
  writeFileSync(lock, JSON.stringify({ pid: child.pid, since: 'then' }))
  assert.equal((await bench.deploy()).state, 'finished')
  const held = openJournal(bench.folder).lock()
  await assert.rejects(bench.deploy('minato:3'), {
    code: 'DEPLOY_RUNNING',
    message: new RegExp(`${process.pid}`),
  })
  held.release()
})
