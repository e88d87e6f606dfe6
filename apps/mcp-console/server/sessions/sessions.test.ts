import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { docker, mcpImages, withoutDocker } from '../../../../test/docker.ts'
import { waitForJob } from '../containers/index.ts'
import { sweepSessions } from './sweep.ts'
import { openSessionHouse, type SessionHouse } from './test/session-house.ts'

const BASE = 'minato-test/base'
/** Waits for input for ever, as a stdio server does. */
const IDLE = { image: BASE, command: ['cat'] }

describe('isolated sessions', { skip: withoutDocker }, () => {
  let house: SessionHouse
  let shared: string
  before(async () => {
    house = await openSessionHouse()
    const opened = await house.open(IDLE)
    assert.equal(opened.status, 201, JSON.stringify(opened.body))
    shared = opened.body.id
  })
  after(async () => await house[Symbol.asyncDispose]())

  const containerOf = (id: string) => {
    const found = docker(['inspect', `minato-session-${id}`])
    return found.status === 0 ? JSON.parse(found.stdout)[0] : undefined
  }

  test('a session is one container: half a processor, 512 MB, no network, no privileges', () => {
    const { HostConfig, NetworkSettings, State } = containerOf(shared)
    assert.equal(State.Running, true)
    assert.equal(HostConfig.NanoCpus, 500_000_000)
    assert.equal(HostConfig.Memory, 512 * 1024 * 1024)
    assert.equal(HostConfig.MemorySwap, HostConfig.Memory)
    assert.equal(HostConfig.NetworkMode, 'none')
    assert.deepEqual(Object.keys(NetworkSettings.Networks), ['none'])
    assert.deepEqual(HostConfig.CapDrop, ['ALL'])
    assert.deepEqual(HostConfig.SecurityOpt, ['no-new-privileges'])
    assert.deepEqual(HostConfig.Binds ?? [], [])
  })

  test('runs a command: both outputs apart, and its exit code', async () => {
    const command = ['sh', '-c', 'echo out; echo err >&2; exit 3']
    const { status, body } = await house.exec(shared, { command })
    assert.equal(status, 200)
    assert.deepEqual(
      [body.exitCode, body.output, body.errorOutput, body.truncated, body.timedOut],
      [3, 'out\n', 'err\n', false, false],
    )
    const missing = await house.exec(shared, { command: ['no-such-program'] })
    assert.ok([126, 127].includes(missing.body.exitCode), JSON.stringify(missing.body))
  })

  test('has no network', async () => {
    const command = ['sh', '-c', 'ls /sys/class/net']
    const { body } = await house.exec(shared, { command })
    assert.equal(body.output.trim(), 'lo')
  })

  test('calls a tool over the standard input and output of its server', async () => {
    const { body } = await house.open({ image: mcpImages().everything })
    const said = await house.exec(body.id, { tool: 'echo', arguments: { message: 'hello 港' } })
    assert.equal(said.status, 200, JSON.stringify(said.body))
    assert.deepEqual([said.body.exitCode, said.body.output], [0, 'Echo: hello 港\n'])
    const wrong = await house.exec(body.id, { tool: 'no-such-tool' })
    assert.equal(wrong.body.exitCode, 1)
  })

  test('at its time limit a command is killed with its children; what it said is kept', async () => {
    const command = ['sh', '-c', 'echo before; sleep 1000 & sleep 1001; echo after']
    const startedAt = Date.now()
    const { body } = await house.exec(shared, { command, timeoutSeconds: 10 })
    assert.deepEqual(
      [body.exitCode, body.timedOut, body.output],
      [124, true, 'before\n'],
      JSON.stringify(body),
    )
    assert.ok(Date.now() - startedAt < 20_000)
    const left = await house.exec(shared, {
      command: ['sh', '-c', 'cat /proc/[0-9]*/cmdline | tr "\\0" " "'],
    })
    assert.doesNotMatch(left.body.output, /sleep 100[01]/)
    // The session itself goes on.
    assert.equal(containerOf(shared).State.Running, true)
  })

  test('output is cut at the limit, between characters', async () => {
    const command = [
      'sh',
      '-c',
      'i=0; while [ $i -lt 5000 ]; do printf "港港港港港"; i=$((i+1)); done',
    ]
    const { body } = await house.exec(shared, { command, maxOutputBytes: 32_768 })
    assert.equal(body.truncated, true)
    assert.match(body.output, /^港+$/)
    assert.equal(Buffer.byteLength(body.output), 32_766)
    const whole = await house.exec(shared, { command })
    assert.deepEqual([whole.body.truncated, whole.body.output.length], [false, 25_000])
  })

  test('an output of a megabyte comes whole, and from a job by its address', async () => {
    const command = ['sh', '-c', 'head -c 1000000 /dev/zero | tr "\\0" "\\n"']
    const { body } = await house.exec(shared, { command, maxOutputBytes: 1_048_576 })
    assert.deepEqual([body.output.length, body.truncated], [1_000_000, false])
    const started = await house.call('POST', `/sessions/${shared}/exec?async=true`, {
      body: { command, maxOutputBytes: 1_048_576 },
    })
    assert.equal(started.status, 202)
    const { state, result } = await waitForJob(
      house.services,
      started.body.jobId,
      AbortSignal.timeout(30_000),
    )
    const { run: place, ...rest } = result as { run: string; exitCode: number; output?: string }
    assert.deepEqual([state, rest.exitCode, rest.output], ['succeeded', 0, undefined])
    const run = await house.call('GET', place.replace('/api/mcp-console', ''))
    assert.equal(run.body.output.length, 1_000_000)
  })

  test('limits outside of theirs are refused; those of the session hold for its runs', async () => {
    for (const body of [
      { timeoutSeconds: 9 },
      { timeoutSeconds: 301 },
      { maxOutputBytes: 31_999 },
      { maxOutputBytes: 1_048_577 },
      { timeoutSeconds: 10.5 },
    ]) {
      const changed = await house.call('PATCH', `/sessions/${shared}/config`, { body })
      assert.equal(changed.status, 422, JSON.stringify(body))
      const run = { command: ['true'], ...body }
      assert.equal((await house.exec(shared, run)).status, 422, JSON.stringify(body))
    }
    const body = { timeoutSeconds: 300, maxOutputBytes: 32_000 }
    const changed = await house.call('PATCH', `/sessions/${shared}/config`, { body })
    assert.equal(changed.body.config.maxOutputBytes, 32_000)
    const command = ['sh', '-c', 'head -c 40000 /dev/zero | tr "\\0" x']
    const run = await house.exec(shared, { command })
    assert.deepEqual([run.body.output.length, run.body.truncated], [32_000, true])
    const back = { timeoutSeconds: 60, maxOutputBytes: 131_072 }
    await house.call('PATCH', `/sessions/${shared}/config`, { body: back })
  })

  test('ends after its idle time, put off by use; nothing runs in it after that', async () => {
    const { body } = await house.open(IDLE)
    assert.equal(body.config.idleMinutes, 30)
    house.passMs(20 * 60_000)
    assert.equal((await house.exec(body.id, { command: ['true'] })).status, 200)
    // The shared one is in use as well.
    await house.exec(shared, { command: ['true'] })
    house.passMs(20 * 60_000)
    await sweepSessions(house.services)
    assert.equal((await house.call('GET', `/sessions/${body.id}`)).body.state, 'running')
    await house.exec(shared, { command: ['true'] })
    house.passMs(11 * 60_000)
    const late = await house.exec(body.id, { command: ['true'] })
    assert.deepEqual([late.status, late.body.code], [409, 'MCP_CONSOLE_SESSION_ENDED'])
    await sweepSessions(house.services)
    const ended = (await house.call('GET', `/sessions/${body.id}`)).body
    assert.deepEqual([ended.state, ended.reason], ['ended', 'idle'])
    assert.equal(containerOf(body.id), undefined)
    assert.equal((await house.call('GET', `/sessions/${shared}`)).body.state, 'running')
  })

  test('is deleted with its container', async () => {
    const { body } = await house.open(IDLE)
    assert.equal((await house.call('DELETE', `/sessions/${body.id}`)).status, 204)
    assert.equal(containerOf(body.id), undefined)
    const run = await house.exec(body.id, { command: ['true'] })
    assert.deepEqual([run.status, run.body.code], [409, 'MCP_CONSOLE_SESSION_ENDED'])
  })

  test('one whose command ends at once says so, and leaves nothing', async () => {
    const answer = await house.open({ image: BASE, command: ['sh', '-c', 'exit 7'] })
    assert.deepEqual([answer.status, answer.body.code], [422, 'MCP_CONSOLE_SESSION_NOT_STARTED'])
    assert.match(answer.body.detail, /7/)
    const { body } = await house.call('GET', '/sessions')
    const [newest] = body.items
    assert.deepEqual([newest?.state, newest?.reason], ['failed', 'MCP_CONSOLE_SESSION_NOT_STARTED'])
    assert.equal(containerOf(newest?.id ?? ''), undefined)
  })

  test('one whose server has ended by itself is over at the next run', async () => {
    const { body } = await house.open(IDLE)
    docker(['kill', `minato-session-${body.id}`])
    const run = await house.exec(body.id, { command: ['true'] })
    assert.equal(run.body.code, 'MCP_CONSOLE_SESSION_ENDED')
    assert.equal(containerOf(body.id), undefined)
  })

  test("another person's session is not there", async () => {
    const who = await house.server.signIn('admin')
    assert.equal((await house.call('GET', `/sessions/${shared}`, { who })).status, 404)
    const body = { command: ['true'] }
    const path = `/sessions/${shared}`
    assert.equal((await house.call('POST', `${path}/exec`, { who, body })).status, 404)
    assert.equal((await house.call('DELETE', path, { who })).status, 404)
    const user = await house.server.signIn('user')
    assert.equal((await house.call('POST', '/sessions', { who: user, body: IDLE })).status, 403)
  })
})
