import type { AppDefinition } from '../../app/define-app.ts'
import type { Environment } from '../../config/index.ts'
import { type Compose, readCompose } from './compose.ts'
import { type Dockerfile, parseDockerfile } from './dockerfile.ts'
import { openSourceTree, type SourceTree } from './source-tree.ts'

/** What a static check looks at: files of a checkout or an image. No process, no network. */
export type StaticContext = {
  root: string
  env: Environment
  apps: readonly AppDefinition[]
  files: SourceTree
  /** deploy/compose.yml, or undefined where there is none. */
  compose(): Promise<Compose | undefined>
  /** deploy/Dockerfile (or Dockerfile), or undefined where there is none. */
  dockerfile(): Promise<Dockerfile | undefined>
}

/**
 * Opens a checkout for the static checks; each file is read and parsed once.
 *
 * @example const context = await openStaticContext({ root, env: process.env, apps: await system.apps() })
 */
export async function openStaticContext(options: {
  root: string
  env: Environment
  apps: readonly AppDefinition[]
}): Promise<StaticContext> {
  return staticContextOn(await openSourceTree(options.root), options)
}

/** The same on files from elsewhere, such as those of a fault bench. */
export function staticContextOn(
  files: SourceTree,
  options: { root: string; env: Environment; apps: readonly AppDefinition[] },
): StaticContext {
  return {
    ...options,
    files,
    compose: once(() => readCompose(files)),
    dockerfile: once(async () => {
      for (const path of ['deploy/Dockerfile', 'Dockerfile']) {
        const text = await files.read(path)
        if (text !== undefined) return parseDockerfile(path, text)
      }
      return undefined
    }),
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
