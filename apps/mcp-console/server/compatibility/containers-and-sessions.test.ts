import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type TestServer, testServer } from '@minato/platform/app/testing'
import { DOCKER_SOCKET, mcpImages, withoutDocker } from '../../../../test/docker.ts'
import { until } from '../../../../test/until.ts'

describe('the old addresses on a real Docker engine', { skip: withoutDocker }, () => {
  let server: TestServer
  let authorization: string
  let owner: string

  before(async () => {
    server = await testServer({ env: { MCP_CONSOLE_DOCKER_SOCKET: DOCKER_SOCKET } })
    owner = (await server.signIn('operator')).user.email
    const body = { email: owner, master_password: 'kaze-to-minato-no-uta-7' }
    authorization = `Bearer ${(await call('POST', '/api/auth/login', body)).body.session_id}`
  })
  after(async () => await server?.[Symbol.asyncDispose]())

  async function call(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, body?: object) {
    const answer = await server.inject({
      method,
      url,
      headers: authorization === undefined ? {} : { authorization },
      ...(body === undefined ? {} : { payload: body }),
    })
    return { status: answer.statusCode, body: answer.json() }
  }

  test('a container is installed, seen, stopped, started and deleted', async () => {
    const config = {
      name: `old caller ${Date.now()}`,
      image: mcpImages().everything,
      env: { GREETING: 'hello' },
      memory_limit: '256m',
      cpus: 0.5,
      labels: { team: 'a' },
      restart_policy: { Name: 'on-failure' },
    }
    const made = await call('POST', '/api/containers/install', config)
    assert.equal(made.status, 201, JSON.stringify(made.body))
    assert.equal(made.body.status, 'running')
    assert.match(made.body.name, /^old-caller-\d+$/)
    assert.deepEqual(made.body.ignored, ['labels', 'restart_policy'])
    const id: string = made.body.container_id
    const saved = await call('GET', `/api/mcp-console/containers/${id}/config`)
    assert.deepEqual(saved.body.config.limits, { memoryMb: 256, cpus: 0.5, pids: 256 })
    const listed = async (all: boolean) => {
      const { body } = await call('GET', `/api/containers?all=${all}`)
      return body.containers.find((container: { id: string }) => container.id === id)
    }
    assert.equal((await listed(true)).status, 'running')
    const stopped = await call('POST', `/api/containers/${id}/stop?timeout=1`)
    assert.deepEqual(stopped.body, {
      success: true,
      message: `Container ${id} stopped successfully`,
      container_id: id,
    })
    assert.equal((await listed(true)).status, 'stopped')
    assert.equal(await listed(false), undefined)
    assert.equal((await call('POST', `/api/containers/${id}/start`)).status, 200)
    const deleted = await call('DELETE', `/api/containers/${id}?force=true`)
    assert.equal(deleted.status, 200)
    assert.equal(deleted.body.success, true)
    assert.equal(await listed(true), undefined)
  })

  test('with async=true the answer is a job', async () => {
    const config = { name: `old caller ${Date.now()}`, image: mcpImages().memory }
    const { status, body } = await call('POST', '/api/containers?async=true', config)
    assert.equal(status, 202)
    await until('the job has succeeded', async () => {
      const answer = await call('GET', `/api/jobs/${body.job_id}`)
      return answer.body.state === 'succeeded'
    })
    await call('DELETE', `/api/containers/${body.container_id}`)
  })

  test('a session runs a command line and a tool, at once and as a job', async () => {
    const made = await call('POST', '/api/sessions', {
      server_id: 'everything',
      image: mcpImages().everything,
      idle_minutes: 5,
    })
    assert.equal(made.status, 201, JSON.stringify(made.body))
    const { session_id: id, container_id, gateway_endpoint } = made.body
    assert.equal(gateway_endpoint, `container://${container_id}`)
    assert.ok(Date.parse(made.body.idle_deadline) > Date.now())

    const limits = { max_run_seconds: 30, output_bytes_limit: 64_000 }
    const changed = await call('PATCH', `/api/sessions/${id}/config`, limits)
    assert.deepEqual(changed.body, { session_id: id, runtime: limits })

    const command = await call('POST', `/api/sessions/${id}/exec`, {
      tool: 'sh',
      args: ['-c', 'echo out; exit 3'],
    })
    assert.equal(command.status, 200, JSON.stringify(command.body))
    assert.equal(command.body.output, 'out\n')
    assert.equal(command.body.exit_code, 3)
    assert.equal(command.body.timeout, false)

    const exec = { tool: 'echo', args: ['message=konnichiwa'], async_mode: true }
    const queued = await call('POST', `/api/sessions/${id}/exec`, exec)
    assert.equal(queued.body.status, 'queued')
    const url = `/api/sessions/${id}/jobs/${queued.body.job_id}`
    await until('the run is completed', async () => {
      return (await call('GET', url)).body.status === 'completed'
    })
    const { body: done } = await call('GET', url)
    assert.match(done.output, /konnichiwa/)
    assert.equal(done.exit_code, 0)
    const other = '7b8f3c1e-0000-4000-8000-000000000000'
    assert.equal((await call('GET', `/api/sessions/${other}/jobs/${done.job_id}`)).status, 404)
    assert.equal((await call('DELETE', `/api/sessions/${id}`)).status, 200)
  })
})
