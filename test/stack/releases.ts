import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { docker } from '../docker.ts'
import quay from './quay/app.ts'

const QUAY = join(import.meta.dirname, 'quay')

type Release = {
  /** In which way it is bad. */
  fault?: 'start' | 'errors'
  /** Further migrations of `quay/contract`, by the ends of their names. */
  migrations?: readonly string[]
  /** Files of this machine, by the folder of the image they go into. */
  files?: Readonly<Record<string, string>>
}

/**
 * A release of the stack: the built image with the test's app in it.
 * @example
 * const broken = release('minato-test/app', 'broken', { fault: 'start' })
 */
export function release(
  base: string,
  name: string,
  { fault, migrations = [], files = {} }: Release = {},
): string {
  const tag = `minato-test/release:${name}`
  const context = mkdtempSync(join(tmpdir(), 'minato-release-'))
  try {
    const app = join(context, quay.name)
    mkdirSync(join(app, 'migrations'), { recursive: true })
    cpSync(join(QUAY, 'app.ts'), join(app, 'app.ts'))
    cpSync(join(QUAY, 'migrations'), join(app, 'migrations'), { recursive: true })
    for (const file of migrations) {
      cpSync(join(QUAY, 'contract', file), join(app, 'migrations', file))
    }
    const lines = [
      `FROM ${base}`,
      `COPY ${quay.name} /minato/apps/${quay.name}`,
      `LABEL release=${name}`,
    ]
    for (const [folder, file] of Object.entries(files)) {
      cpSync(file, join(context, basename(file)))
      lines.push(`COPY ${basename(file)} ${folder}/`)
    }
    if (fault !== undefined) lines.push(`ENV QUAY_FAULT=${fault}`)
    writeFileSync(join(context, 'Dockerfile'), lines.join('\n'))
    const built = docker(['build', '--quiet', '--tag', tag, context])
    if (built.status !== 0) throw new Error(`Release ${name} was not built: ${built.stderr}`)
    return tag
  } finally {
    rmSync(context, { recursive: true, force: true })
  }
}
