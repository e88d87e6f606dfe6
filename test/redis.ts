import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { findPeer } from './peers.ts'

export type TestRedis = AsyncDisposable & {
  url: string
  stop(): Promise<void>
  start(): Promise<void>
}

/** A Redis of the test's own, in memory, on a free loopback port. */
export async function startRedis(): Promise<TestRedis> {
  const program = findPeer('redis')
  if (program === undefined) throw new Error('Redis is not installed.')
  const port = await freePort()
  let server: ChildProcess | undefined
  const start = async () => {
    const flags = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
    ]
    server = spawn(program, flags, { stdio: 'ignore' })
    await listens(port)
  }
  const stop = async () => {
    if (server === undefined) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
    server = undefined
  }
  await start()
  return { url: `redis://127.0.0.1:${port}`, start, stop, [Symbol.asyncDispose]: stop }
}

async function listens(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('close', () => socket.destroy())
      socket.once('connect', () => socket.end())
    })
    if (open) return
    await delay(50)
  }
  throw new Error('Redis did not start within 5 s.')
}
