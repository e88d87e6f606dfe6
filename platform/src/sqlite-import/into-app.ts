import { basename } from 'node:path'
import { type AppDefinition, schemaOf } from '../app/define-app.ts'
import type { Services } from '../app/services.ts'
import { markBackup } from '../backup/index.ts'
import { sqliteErrors } from './errors.ts'
import type { SqliteReport } from './report.ts'
import { importSqlite, type Progress } from './run.ts'
import { suggestMap } from './suggest.ts'

export type IntoApp = {
  /** Absolute path of the SQLite file. */
  file: string
  app: string
  map: { name: string; text: string }
  apply: boolean
  /** Absolute path of the file for values that do not fit. */
  quarantine: string | undefined
  /** Who runs it, for the audit log. */
  actor: string
  progress?: Progress
}

/**
 * Takes a SQLite file over into an app, on the services of a running process.
 *
 * @example
 * const report = await importIntoApp(services, apps, { file, app: 'shop', map, apply: false, quarantine: undefined, actor: 'minato' })
 * @throws {MinatoError} SQLITE_IMPORT_*
 */
export async function importIntoApp(
  services: Services,
  apps: readonly AppDefinition[],
  input: IntoApp,
): Promise<SqliteReport> {
  const report = await importSqlite({
    ...{ file: input.file, map: input.map, apply: input.apply, quarantine: input.quarantine },
    ...{ db: services.db, url: urlOf(services), schema: schemaFor(apps, input.app) },
    ...(input.progress === undefined ? {} : { progress: input.progress }),
    before: async () => {
      await markBackup(services, 'import', `before ${basename(input.file)} into ${input.app}`)
    },
  })
  if (report.applied) {
    await services.audit.record({
      actorId: 'cli',
      action: 'data.sqlite.import',
      target: `app:${input.app}`,
      metadata: {
        ...{ by: input.actor, file: report.file.sha256, proven: report.proven },
        tables: Object.fromEntries(
          report.tables.map(({ target, found, taken, already, left }) => [
            target,
            `found ${found}, taken ${taken}, there ${already}, left ${left}`,
          ]),
        ),
      },
    })
  }
  return report
}

/** A first map for a file and an app. */
export async function suggestForApp(
  services: Services,
  apps: readonly AppDefinition[],
  { file, app }: { file: string; app: string },
): Promise<string> {
  const { db } = services
  return await suggestMap({ file, schema: schemaFor(apps, app), db, url: urlOf(services) })
}

function urlOf(services: Services): string | undefined {
  return services.config.data.databaseUrl?.reveal()
}

function schemaFor(apps: readonly AppDefinition[], name: string): string {
  if (!apps.some((app) => app.name === name)) {
    const known = apps.map((app) => app.name).join(', ') || '-'
    throw sqliteErrors.SQLITE_IMPORT_APP_UNKNOWN({ app: name, known })
  }
  return schemaOf(name)
}
