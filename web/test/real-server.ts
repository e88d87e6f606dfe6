import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb } from '../build.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export type RealServer = AsyncDisposable & { url: string; setupUrl: string }

/** `minato start` on a free port and a fresh data folder, as on a laptop. */
export async function startRealServer(env: Record<string, string> = {}): Promise<RealServer> {
  await buildWeb(root)
  const dataDir = await mkdtemp(join(tmpdir(), 'minato-web-'))
  const port = await freePort()
  const child = spawn(process.execPath, [join(root, 'bin/minato.js'), 'start'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), MINATO_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
    await rm(dataDir, { recursive: true, force: true })
  }
  try {
    const setupUrl = await new Promise<string>((resolve, reject) => {
      let said = ''
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          said += text
          const link = /http\S+\/setup#token=[\w-]+/.exec(said)
          if (link !== null) resolve(link[0])
        })
      void ended.then(() => reject(new Error(`minato start ended:\n${said.slice(-3000)}`)))
    })
    return { url: new URL(setupUrl).origin, setupUrl, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No free port')
  return address.port
}
