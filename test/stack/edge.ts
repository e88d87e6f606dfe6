import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { connect, type SecureVersion, type TLSSocket } from 'node:tls'
import type { Stack } from './up.ts'

/** What a stranger finds at the door, and what the containers may do: looked at from outside. */
export async function edge(stack: Stack): Promise<void> {
  await plainHttpLeadsToHttps(stack)
  await tlsIsRecent(stack)
  await otherNamesGetNothing(stack)
  await queriesAreNotWrittenDown(stack)
  containersAreBounded(stack)
  logsHoldNoSecret(stack)
  redisAsksWho(stack)
}

async function plainHttpLeadsToHttps(stack: Stack): Promise<void> {
  const port = /^HTTP_PORT=(\d+)$/m.exec(readFileSync(join(stack.folder, '.env'), 'utf8'))?.[1]
  const answer = await fetch(`http://127.0.0.1:${port}/a?b=c`, { redirect: 'manual' })
  assert.equal(answer.status, 308)
  assert.equal(answer.headers.get('location'), `${stack.url}/a?b=c`)
  const proof = await fetch(`http://127.0.0.1:${port}/.well-known/acme-challenge/none`)
  assert.equal(proof.status, 404, 'proofs for the certificate are looked for, not sent on')
}

async function tlsIsRecent(stack: Stack): Promise<void> {
  const greet = (version: SecureVersion) =>
    new Promise<string>((resolve) => {
      const options = { minVersion: version, maxVersion: version, ALPNProtocols: ['h2'] }
      const socket: TLSSocket = connect(
        // The lowest level, or this side would refuse the old versions before nginx can.
        {
          ...{ port: Number(new URL(stack.url).port), host: '127.0.0.1', servername: 'localhost' },
          ...{ ...options, ciphers: 'DEFAULT@SECLEVEL=0' },
        },
        () => {
          resolve(`${socket.getProtocol()} ${socket.alpnProtocol}`)
          socket.destroy()
        },
      )
      socket.on('error', () => resolve('refused'))
    })
  assert.equal(await greet('TLSv1.1'), 'refused')
  assert.equal(await greet('TLSv1.2'), 'TLSv1.2 h2')
  assert.equal(await greet('TLSv1.3'), 'TLSv1.3 h2')
}

async function otherNamesGetNothing(stack: Stack): Promise<void> {
  const asked = new Promise((resolve, reject) => {
    const headers = { host: 'somebody-else.example' }
    request(
      stack.url,
      { headers, servername: 'somebody-else.example', checkServerIdentity: () => undefined },
      resolve,
    )
      .on('error', reject)
      .end()
  })
  await assert.rejects(asked, { code: 'ECONNRESET' })
}

async function queriesAreNotWrittenDown(stack: Stack): Promise<void> {
  const mark = crypto.randomUUID()
  await fetch(`${stack.url}/reset/${mark}-path?token=${mark}-query`, {
    headers: { referer: `${stack.url}/x?token=${mark}-referer` },
  })
  const { stdout } = stack.compose(['logs', '--no-color', '--tail', '50', 'nginx', 'web-blue'])
  assert.match(stdout, new RegExp(`${mark}-path`))
  assert.doesNotMatch(stdout, new RegExp(`${mark}-(query|referer)`))
}

type Inspected = {
  Name: string
  Config: { User: string; Env: string[]; Labels: Record<string, string> }
  HostConfig: {
    ReadonlyRootfs: boolean
    Memory: number
    NanoCpus: number
    PidsLimit: number
    CapDrop: string[] | null
    SecurityOpt: string[] | null
    Privileged: boolean
    LogConfig: { Config: Record<string, string> }
    Binds: string[] | null
    PortBindings: Record<string, unknown> | null
  }
}

/** The running containers, not the file that describes them. */
function containersAreBounded(stack: Stack): void {
  const secrets = secretsOf(stack)
  for (const container of stack.inspect() as Inspected[]) {
    const { Config, HostConfig } = container
    const service = Config.Labels['com.docker.compose.service'] ?? container.Name
    assert.match(Config.User, /^10001:10001$/, service)
    assert.ok(HostConfig.ReadonlyRootfs, `${service} is read-only`)
    assert.ok(!HostConfig.Privileged, service)
    assert.deepEqual(HostConfig.CapDrop, ['ALL'], service)
    assert.ok(HostConfig.SecurityOpt?.includes('no-new-privileges:true'), service)
    assert.ok(HostConfig.Memory > 0 && HostConfig.NanoCpus > 0, `${service} has limits`)
    assert.ok(HostConfig.PidsLimit > 0, `${service} has a limit of processes`)
    assert.ok(HostConfig.LogConfig.Config['max-size'], `${service} rotates its log`)
    assert.ok(!HostConfig.Binds?.some((bind) => bind.includes('docker.sock')), service)
    const published = Object.keys(HostConfig.PortBindings ?? {})
    assert.equal(published.length, service === 'nginx' ? 2 : 0, `${service} publishes ${published}`)
    const environment = Config.Env.join('\n')
    for (const secret of secrets) assert.ok(!environment.includes(secret), service)
  }
}

function secretsOf(stack: Stack): string[] {
  return (
    readdirSync(stack.secretsFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim())
      // The stand-in's mail address holds no password.
      .filter((text) => text !== 'smtp://sandbox:1025')
  )
}

/** Also those that a slow disk or a failed start would bring there. */
function logsHoldNoSecret(stack: Stack): void {
  const { stdout } = stack.compose(['logs', '--no-color'])
  for (const secret of secretsOf(stack)) assert.ok(!stdout.includes(secret), 'a secret in a log')
}

function redisAsksWho(stack: Stack): void {
  const { stdout } = stack.exec('redis', ['redis-cli', 'info', 'server'])
  assert.match(stdout, /NOAUTH|NOPERM/)
  const health = [
    'redis-cli',
    '--no-auth-warning',
    '--user',
    'health',
    '--pass',
    'any',
    'keys',
    '*',
  ]
  assert.match(stack.exec('redis', health).stdout, /NOPERM/)
}
