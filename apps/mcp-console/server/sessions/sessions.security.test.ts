import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect } from 'node:tls'
import { sql } from 'kysely'
import { docker, scriptImage, withoutDocker } from '../../../../test/docker.ts'
import { beginEnd, cleanSession } from './end-session.ts'
import { findSession } from './store.ts'
import { sweepSessions } from './sweep.ts'
import { openSessionHouse, type SessionHouse } from './test/session-house.ts'
import { tlsRoot } from './tls-folder.ts'

const BASE = 'minato-test/base'
const IDLE = { image: BASE, command: ['cat'] }
const VALUE = 'kx9-Vault-Value-"quoted"-7Qz2'

/** An MCP server that listens with mutual TLS, as far as one tool needs it. */
const TLS_SERVER = `
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
const file = (name) => readFileSync(process.env['MINATO_TLS_' + name + '_FILE'])
const options = { ca: file('CA'), cert: file('CERT'), key: file('KEY'), requestCert: true, rejectUnauthorized: true }
createServer(options, async (request, response) => {
  let body = ''
  for await (const piece of request) body += piece
  if (request.method !== 'POST') return response.writeHead(405).end()
  const { id, method, params } = JSON.parse(body)
  if (id === undefined) return response.writeHead(202).end()
  const subject = request.socket.getPeerCertificate().subject.CN
  const result = method === 'initialize'
    ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'tls', version: '1' } }
    : { content: [{ type: 'text', text: 'for ' + subject }] }
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
}).listen(8443)
`

describe('sessions and what must not leak', { skip: withoutDocker }, () => {
  let house: SessionHouse
  before(async () => {
    house = await openSessionHouse()
  })
  after(async () => await house[Symbol.asyncDispose]())

  const inspect = (id: string) => JSON.parse(docker(['inspect', `minato-session-${id}`]).stdout)[0]

  test('a vault value is in the container alone: not in answers, rows or jobs', async () => {
    const item = { name: 'github', fields: { token: VALUE } }
    assert.equal((await house.call('POST', '/vault/items', { body: item })).status, 201)
    const env = { TOKEN: '{{ bw:github:token }}', PLAIN: 'not a secret' }
    const { body } = await house.open({ ...IDLE, env })
    const command = ['sh', '-c', 'echo "is $TOKEN and $PLAIN"; echo "$TOKEN" | base64 -w0 >&2']
    const run = await house.exec(body.id, { command })
    assert.equal(run.body.output, 'is [secret] and not a secret\n')
    assert.doesNotMatch(run.body.errorOutput, new RegExp(Buffer.from(VALUE).toString('base64')))
    // It did reach the container.
    assert.ok(inspect(body.id).Config.Env.includes(`TOKEN=${VALUE}`))
    const answers = JSON.stringify([
      run.body,
      (await house.call('GET', '/sessions')).body,
      (await house.call('GET', `/sessions/${body.id}/runs/${run.body.id}`)).body,
    ])
    const everything = answers + (await everyRow(house))
    assert.ok(everything.includes('{{ bw:github:token }}'))
    for (const part of [VALUE, 'Vault-Value', JSON.stringify(VALUE).slice(1, -1)]) {
      assert.ok(!everything.includes(part), part)
    }
  })

  test('a reference that cannot be filled starts nothing', async () => {
    const env = { TOKEN: '{{ bw:nowhere:token }}' }
    const answer = await house.open({ ...IDLE, env })
    assert.deepEqual([answer.status, answer.body.code], [422, 'MCP_CONSOLE_SECRET_ITEM_MISSING'])
    for (const wrong of [
      { ...IDLE, env: { TOKEN: 'x {{ bw:github:token }}' } },
      { image: BASE, command: ['echo', '{{ bw:github:token }}'] },
    ]) {
      assert.equal((await house.open(wrong)).status, 422)
    }
    const { body } = await house.open(IDLE)
    const run = await house.exec(body.id, { tool: 'x', arguments: { a: '{{ bw:github:token }}' } })
    assert.equal(run.body.code, 'MCP_CONSOLE_SESSION_REFERENCE_MISPLACED')
  })

  test('with a network it has certificates of its own, and its server is spoken to with them', async () => {
    const image = scriptImage('session-tls', TLS_SERVER)
    const { status, body } = await house.open({ image, network: true, port: 8443 })
    assert.equal(status, 201, JSON.stringify(body))
    assert.equal(body.mtls, true)
    const run = await house.exec(body.id, { tool: 'who' })
    assert.equal(run.body.output, 'for Minato session client\n', JSON.stringify(run.body))

    const folder = join(await tlsRoot(house.services), body.id)
    const read = (name: string) => readFileSync(join(folder, name), 'utf8')
    for (const name of ['server/key.pem', 'client/key.pem', 'server/cert.pem', 'client/ca.pem']) {
      assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name)
    }
    const server = new X509Certificate(read('server/cert.pem'))
    for (const name of ['localhost', `session-${body.id}`]) assert.ok(server.checkHost(name), name)
    const { NetworkSettings, Mounts } = inspect(body.id)
    assert.deepEqual(
      Mounts.map((mount: { Destination: string; RW: boolean }) => [mount.Destination, mount.RW]),
      [['/run/minato/tls', false]],
    )
    const [published] = NetworkSettings.Ports['8443/tcp']
    assert.equal(published.HostIp, '127.0.0.1')

    // Nobody without the client's certificate, and nobody who trusts another authority.
    const ca = read('client/ca.pem')
    const port = Number(published.HostPort)
    await assert.rejects(reach({ port, ca }))
    await assert.rejects(
      reach({ port, cert: read('client/cert.pem'), key: read('client/key.pem') }),
    )
    await reach({ port, ca, cert: read('client/cert.pem'), key: read('client/key.pem') })

    await house.call('DELETE', `/sessions/${body.id}`)
    assert.equal(existsSync(folder), false)
  })

  test('the certificates go with every end: idle, failed start, crash', async () => {
    const network = { ...IDLE, network: true }
    const root = await tlsRoot(house.services)
    const folder = (id: string) => join(root, id)
    const failed = await house.open({ image: BASE, command: ['false'], network: true })
    assert.equal(failed.status, 422)
    const [newest] = (await house.call('GET', '/sessions?limit=1')).body.items
    assert.equal(existsSync(folder(newest?.id ?? '')), false)

    const crashed = (await house.open(network)).body
    assert.equal(existsSync(folder(crashed.id)), true)
    docker(['kill', `minato-session-${crashed.id}`])
    await house.exec(crashed.id, { command: ['true'] })
    assert.equal(existsSync(folder(crashed.id)), false)

    const idle = (await house.open(network)).body
    house.passMs(31 * 60_000)
    await sweepSessions(house.services)
    assert.equal(existsSync(folder(idle.id)), false)
  })

  test('a clean-up that fails is tried again, and the session is over all the same', async () => {
    const { body } = await house.open({ ...IDLE, network: true })
    // A folder that cannot be removed: no file system takes that name.
    const appConfig = { ...house.services.appConfig, sessionTlsDir: '/tmp/\0' }
    await beginEnd(house.services, body.id, 'deleted')
    const session = await findSession(house.services.db, body.id)
    assert.ok(session)
    await cleanSession({ ...house.services, appConfig }, session)
    const waiting = await findSession(house.services.db, body.id)
    assert.deepEqual([waiting?.state, waiting?.cleanup_attempts], ['ending', 1])
    const run = await house.exec(body.id, { command: ['true'] })
    assert.equal(run.body.code, 'MCP_CONSOLE_SESSION_ENDED')
    await sweepSessions(house.services)
    assert.equal((await findSession(house.services.db, body.id))?.state, 'ending')
    house.passMs(31_000)
    await sweepSessions(house.services)
    assert.equal((await findSession(house.services.db, body.id))?.state, 'ended')
    assert.equal(existsSync(join(await tlsRoot(house.services), body.id)), false)
  })

  test('a container that no session knows of is removed, and none of another installation', async () => {
    const { body } = await house.open(IDLE)
    const labels = inspect(body.id).Config.Labels
    const instance = 'app.minato.mcp-console.session-instance'
    const make = (name: string, owner: string) =>
      docker([
        ...['create', '--name', `minato-test-${name}-${body.id}`],
        ...['--label', `${instance}=${owner}`, '--label', 'app.minato.mcp-console.session=x'],
        ...[BASE, 'true'],
      ]).stdout.trim()
    // The name of a session is a UUID; this one was never there.
    const ours = make('ours', labels[instance])
    const theirs = make('theirs', '00000000-0000-4000-8000-000000000000')
    await sweepSessions(house.services)
    assert.notEqual(docker(['inspect', ours]).status, 0)
    assert.equal(docker(['inspect', theirs]).status, 0)
    docker(['rm', theirs])
  })
})

/** The whole database as text. */
async function everyRow({ services: { db } }: SessionHouse): Promise<string> {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`.execute(
    db,
  )
  assert.ok(tables.length > 30)
  const texts: (string | null | undefined)[] = []
  for (const { schema, name } of tables) {
    const table = sql.table(`${schema}.${name}`)
    const { rows } = await sql<{ all: string | null }>`
      select string_agg(t::text, '') as all from ${table} t`.execute(db)
    texts.push(rows[0]?.all)
  }
  return texts.join('')
}

type Reached = { port: number; ca?: string; cert?: string; key?: string }

/** Resolves when the server has answered a request over TLS. */
async function reach({ port, ca, cert, key }: Reached): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const trust = ca === undefined ? {} : { ca }
  const shown = cert === undefined ? {} : { cert, key }
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ...trust, ...shown })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('closed')))
  socket.on('data', () => resolve())
  socket.on('secureConnect', () => socket.write('GET / HTTP/1.0\r\n\r\n'))
  try {
    await promise
  } finally {
    socket.destroy()
  }
}
