import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Command } from '../cli/command.ts'
import type { Environment } from '../config/index.ts'
import type { MigrationFolder } from '../data/index.ts'
import type { Logger } from '../log/index.ts'
import { type AppDefinition, schemaOf } from './define-app.ts'

/** Running stand-ins and the variables that point the system at them. */
export type StandIns = {
  /** Which services they stand in for: `model`, `mail`, … */
  names: string[]
  variables: Environment
  /** Where scenarios are switched and the mailbox is read. */
  control: { url: string; token: string }
  close(): Promise<void>
}

/** What the folder around the platform brings: its apps, its stand-ins, its built pages. */
export type System = {
  root: string
  version: string
  apps(): Promise<AppDefinition[]>
  startStandIns(options: { dataDir: string; env: Environment; log: Logger }): Promise<StandIns>
  buildSite(): Promise<void>
  commands: Record<string, () => Promise<Command>>
}

/** Every apps/<name>/app.ts under the root, by name. A new folder is a new app: nothing else to edit. */
export async function discoverApps(root: string): Promise<AppDefinition[]> {
  const folder = join(root, 'apps')
  if (!existsSync(folder)) return []
  const names = (await readdir(folder)).filter((name) => existsSync(join(folder, name, 'app.ts')))
  return await Promise.all(
    names.sort().map(async (name) => {
      const module: { default: AppDefinition } = await import(
        pathToFileURL(join(folder, name, 'app.ts')).href
      )
      return module.default
    }),
  )
}

/** The platform's migrations and those of every app. */
export function migrationFolders(root: string, apps: readonly AppDefinition[]): MigrationFolder[] {
  return [
    { owner: 'minato', folder: join(import.meta.dirname, '../../migrations') },
    ...apps.map((app) => ({
      owner: schemaOf(app.name),
      folder: join(root, 'apps', app.name, 'migrations'),
    })),
  ]
}
