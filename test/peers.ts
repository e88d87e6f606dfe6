import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that some tests need beside Node. */
export type Peer = 'postgres' | 'redis' | 'chromium' | 'docker' | 'promtool' | 'amtool'

const FIND: Record<Peer, () => string | undefined> = {
  postgres: () => newestPostgres() ?? onPath('initdb', true),
  redis: () => onPath('redis-server'),
  chromium: () => process.env['CHROMIUM_PATH'] ?? onPath('chromium') ?? onPath('chromium-browser'),
  docker: () => onPath('dockerd'),
  // Debian's packages prometheus and prometheus-alertmanager
  promtool: () => onPath('promtool'),
  amtool: () => onPath('amtool'),
}

/** Path of the program (for postgres: its folder of programs), or undefined. */
export function findPeer(peer: Peer): string | undefined {
  return FIND[peer]()
}

/**
 * What to pass as a test's `skip`: false when the program is there, else the reason. Where
 * MINATO_TEST_REQUIRE names the program, its absence is a failure instead.
 *
 * @example
 * test('survives a restart of Redis', { skip: skipWithout('redis') }, async () => { … })
 */
export function skipWithout(...peers: Peer[]): string | false {
  const missing = peers.filter((peer) => findPeer(peer) === undefined)
  if (missing.length === 0) return false
  const required = (process.env['MINATO_TEST_REQUIRE'] ?? '').split(',')
  const demanded = missing.filter((peer) => required.includes(peer))
  if (demanded.length > 0) {
    throw new Error(`MINATO_TEST_REQUIRE names ${demanded.join(', ')}, which is not installed.`)
  }
  return `${missing.join(', ')} not installed`
}

function newestPostgres(): string | undefined {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const versions = readdirSync(root)
    .filter((name) => existsSync(join(root, name, 'bin/initdb')))
    .sort((a, b) => Number(b) - Number(a))
  return versions[0] === undefined ? undefined : join(root, versions[0], 'bin')
}

function onPath(name: string, folder = false): string | undefined {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .find((directory) => directory !== '' && existsSync(join(directory, name)))
  return found === undefined ? undefined : folder ? found : join(found, name)
}
