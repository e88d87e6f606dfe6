import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import type { Problem, Profile } from './define-config.ts'

/** Where a value came from. */
export type Source = 'default' | 'file' | 'environment' | 'secret file' | 'sandbox'
export type RawValue = { text: string; source: Source }
export type Environment = Record<string, string | undefined>

/**
 * Gathers the raw texts: files first, then stand-ins, then the environment, which wins.
 * `.env.development` (committed, with marked keys) is read on a laptop and in tests only.
 */
export function gather(
  root: string,
  profile: Profile,
  env: Environment,
  standIns: Environment = {},
): Map<string, RawValue> {
  const values = new Map<string, RawValue>()
  const laptop = profile === 'development' || profile === 'test'
  const layers: [Environment, Source][] = [
    [laptop ? readEnvFile(join(root, '.env.development')) : {}, 'file'],
    [readEnvFile(join(root, '.env')), 'file'],
    [standIns, 'sandbox'],
    [env, 'environment'],
  ]
  for (const [layer, source] of layers) {
    for (const [name, text] of Object.entries(layer)) {
      // An empty variable means "not set": compose files and CI pass empty ones for what is absent.
      if (text !== undefined && text !== '') values.set(name, { text, source })
    }
  }
  return values
}

function readEnvFile(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

/** Reads NAME or the file that NAME_FILE points to (`/run/secrets/…`); one trailing newline is dropped. */
export function rawValue(
  values: Map<string, RawValue>,
  name: string,
  problems: Problem[],
): RawValue | undefined {
  const direct = values.get(name)
  const file = values.get(`${name}_FILE`)
  if (file === undefined) return direct
  if (direct !== undefined && direct.source === 'environment' && file.source === 'environment') {
    problems.push({
      variable: name,
      problem: {
        en: `is set together with ${name}_FILE`,
        ja: `が ${name}_FILE と両方設定されています`,
      },
      mend: { en: 'keep one of the two', ja: 'どちらか一方だけを残してください' },
    })
    return undefined
  }
  try {
    return { text: readFileSync(file.text, 'utf8').replace(/\r?\n$/, ''), source: 'secret file' }
  } catch {
    problems.push({
      variable: `${name}_FILE`,
      problem: { en: 'names a file that cannot be read', ja: 'のファイルを読めません' },
      mend: {
        en: 'check the path and its permissions',
        ja: 'パスと読み取り権限を確認してください',
      },
    })
    return undefined
  }
}
