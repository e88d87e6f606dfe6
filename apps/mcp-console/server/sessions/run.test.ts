import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { docker, scriptImage, withoutDocker } from '../../../../test/docker.ts'
import { until } from '../../../../test/until.ts'
import { runInSession } from './run-in-session.ts'
import { openSessionHouse, type SessionHouse } from './test/session-house.ts'

const IDLE = { image: 'minato-test/base', command: ['cat'] }

/** A stdio server that counts its calls, tells of its progress, and may never answer, answer nothing at all, or die. */
const SERVER = `
import { createInterface } from 'node:readline'
let calls = 0
const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params } = JSON.parse(line)
  if (method === 'initialize') {
    const capabilities = { tools: {}, logging: {} }
    const serverInfo = { name: 'counter', version: '1' }
    return say({ id, result: { protocolVersion: params.protocolVersion, capabilities, serverInfo } })
  }
  if (method === 'ping') return say({ id, result: {} })
  if (method === 'notifications/cancelled') return console.error('called off')
  if (method !== 'tools/call') return
  calls += 1
  console.error('call ' + calls)
  if (params.name === 'die') process.exit(9)
  if (params.name === 'stick') for (;;) {}
  if (params.name === 'hang') {
    const progressToken = params._meta.progressToken
    say({ method: 'notifications/progress', params: { progressToken, progress: 1, message: 'half way' } })
    return say({ method: 'notifications/message', params: { level: 'info', data: 'still here' } })
  }
  say({ id, result: { content: [{ type: 'text', text: 'call ' + calls }] } })
})
`

// At once: a time limit is ten seconds at least, and several are waited for here.
describe('runs', { skip: withoutDocker, concurrency: 3 }, () => {
  let house: SessionHouse
  let counter: string
  let bare: string
  before(async () => {
    // Built before the clocks run: a build takes all of the machine.
    bare = scriptImage('session-bare', 'process.stdin.resume()', ['RUN mv /bin/grep /bin/grap'])
    house = await openSessionHouse()
    const opened = await house.open({ image: scriptImage('session-counter', SERVER) })
    assert.equal(opened.status, 201, JSON.stringify(opened.body))
    counter = opened.body.id
  })
  after(async () => await house[Symbol.asyncDispose]())

  test('the server of a session lives on between runs, and after a call that was called off', async () => {
    const first = await house.exec(counter, { tool: 'count' })
    const second = await house.exec(counter, { tool: 'count' })
    assert.deepEqual([first.body.output, second.body.output], ['call 1\n', 'call 2\n'])
    assert.match(second.body.errorOutput, /call 2/)

    // At the time limit of one call what was said is kept; a second one beside it goes on.
    const beside = house.exec(counter, { tool: 'hang', timeoutSeconds: 30 })
    const { body } = await house.exec(counter, { tool: 'hang', timeoutSeconds: 10 })
    assert.deepEqual([body.exitCode, body.timedOut], [124, true], JSON.stringify(body))
    assert.match(body.output, /half way\nstill here\n$/)
    assert.match(body.errorOutput, /called off/)
    const next = await house.exec(counter, { tool: 'count' })
    assert.equal(next.body.output, 'call 5\n')
    assert.equal((await beside).body.timedOut, true)
  })

  test('a server that answers nothing after its time limit is started anew', async () => {
    const opened = await house.open({ image: scriptImage('session-counter', SERVER) })
    const stuck = await house.exec(opened.body.id, { tool: 'stick', timeoutSeconds: 10 })
    assert.deepEqual([stuck.body.exitCode, stuck.body.timedOut], [124, true])
    const next = await house.exec(opened.body.id, { tool: 'count' })
    assert.equal(next.body.output, 'call 1\n')
  })

  test('a server that dies in a call is said to have been killed', async () => {
    const opened = await house.open({ image: scriptImage('session-counter', SERVER) })
    const { body } = await house.exec(opened.body.id, { tool: 'die' })
    assert.deepEqual([body.exitCode, body.timedOut], [137, false])
    const late = await house.exec(opened.body.id, { tool: 'count' })
    assert.equal(late.body.code, 'MCP_CONSOLE_SESSION_ENDED')
  })

  test('a container that serves no MCP says so at a tool, and runs commands', async () => {
    const { body } = await house.open({ image: 'minato-test/base', command: ['sleep', '1000'] })
    const run = await house.exec(body.id, { tool: 'any', timeoutSeconds: 10 })
    assert.deepEqual([run.status, run.body.code], [502, 'MCP_CONSOLE_SESSION_TOOL_FAILED'])
    assert.equal((await house.exec(body.id, { command: ['true'] })).body.exitCode, 0)
  })

  test('a cancelled run is killed within two seconds', async () => {
    const { body } = await house.open(IDLE)
    const started = await house.call('POST', `/sessions/${body.id}/exec?async=true`, {
      body: { command: ['sleep', '1234'] },
    })
    const processes = () => docker(['top', `minato-session-${body.id}`]).stdout
    await until('the command runs', () => processes().includes('sleep 1234'))
    const asked = performance.now()
    const cancelled = await house.server.inject({
      method: 'POST',
      url: `${started.body.job}/cancel`,
      headers: house.operator.headers,
    })
    assert.equal(cancelled.statusCode, 200, cancelled.body)
    await until('it is gone', () => !processes().includes('sleep 1234'))
    assert.ok(performance.now() - asked < 2000, `${performance.now() - asked} ms`)
    const run = `/sessions/${body.id}/runs/${started.body.jobId}`
    await until('that is written down', async () => {
      return (await house.call('GET', run)).body.exitCode === 137
    })
  })

  test('an image without a shell: the container is restarted to kill', async () => {
    const { body } = await house.open({ image: bare })
    const command = ['node', '-e', 'console.log("on"); setInterval(() => {}, 1000)']
    const run = await house.exec(body.id, { command, timeoutSeconds: 15 })
    assert.deepEqual([run.body.exitCode, run.body.output], [124, 'on\n'])
    assert.doesNotMatch(docker(['top', `minato-session-${body.id}`]).stdout, /setInterval/)
  })

  test('a run that another worker had begun is not done again', async () => {
    const { body } = await house.open(IDLE)
    const runId = randomUUID()
    const run = { command: ['sh', '-c', 'echo once >> /tmp/count; cat /tmp/count'] }
    const signal = AbortSignal.timeout(60_000)
    const row = await runInSession(house.services, runId, body.id, run, signal)
    assert.equal(row.output, 'once\n')
    await assert.rejects(runInSession(house.services, runId, body.id, run, signal), {
      code: 'MCP_CONSOLE_SESSION_RUN_LOST',
    })
  })

  test('one person has only so many sessions at a time', async () => {
    await using small = await openSessionHouse({ MCP_CONSOLE_MAX_SESSIONS: '1' })
    const first = await small.open(IDLE)
    assert.equal(first.status, 201)
    assert.equal((await small.open(IDLE)).body.code, 'MCP_CONSOLE_SESSION_LIMIT')
    await small.call('DELETE', `/sessions/${first.body.id}`)
    assert.equal((await small.open(IDLE)).status, 201)
  })
})
