import { isAbsolute, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { PlatformConfig } from '../../app/platform-config.ts'
import { readConfig } from '../../app/read-config.ts'
import { migrationFolders } from '../../app/system.ts'
import { backupErrors } from '../../backup/errors.ts'
import { openFrom } from '../../backup/list-store.ts'
import { openStore } from '../../backup/open-store.ts'
import { filesOf, type RestorePlace, restoreBackup } from '../../backup/restore.ts'
import { readMigrations } from '../../data/index.ts'
import type { FileStore } from '../../files/index.ts'
import { createKeyRing, parseKeys } from '../../keys/index.ts'
import { createLogger } from '../../log/index.ts'
import { createOutbound, type Outbound } from '../../outbound/index.ts'
import { type CliIo, type Command, systemOf } from '../command.ts'
import { confirmation, UsageError } from '../output.ts'
import { progressBar } from '../progress-bar.ts'
import { readRunFile } from '../run-file.ts'
import { placeOf } from './backup.ts'

export const restore: Command = {
  name: 'restore',
  summary: { en: 'restore a backup', ja: 'バックアップを復元する' },
  usage: `Usage: minato restore [BACKUP] --into TARGET [--from PLACE] [--files FOLDER|configured|none]
                       [--replace NAME] [--keep-sessions] [--accept-differences] [--json]

Restores the newest backup, or the named one. It is read and checked whole before anything is touched.
  --into configured       the database and files of the configuration
  --into FOLDER           a data folder with an embedded database
  --into postgres://…     a PostgreSQL database; its password comes from PGPASSWORD, and --files is needed
  --replace NAME          when the target holds data: put it aside (it is renamed, not deleted); NAME is
                          that of the database, or of the data folder
  --keep-sessions         people stay signed in as they were then; without it all sign in again
  --accept-differences    also from a database that was not what its migrations make
Stop web and worker processes first. Ends with 0 when everything is there and proven equal.`,
  run: act,
}

function parse(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      into: { type: 'string' },
      from: { type: 'string' },
      files: { type: 'string' },
      replace: { type: 'string' },
      'keep-sessions': { type: 'boolean', default: false },
      'accept-differences': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1) throw new UsageError('Name one backup.')
  if (values.into === undefined) throw new UsageError('Say --into what.')
  return { ...values, into: values.into, id: positionals[0] }
}

type Given = ReturnType<typeof parse>

async function act(args: string[], io: CliIo): Promise<number> {
  const given = parse(args)
  const system = systemOf(io)
  const apps = await system.apps()
  const { config } = readConfig(system, apps, io.env)
  const log = createLogger({ level: 'error' })
  const place = placeFor(given, config, io.cwd)
  await using outbound = createOutbound({
    logger: log,
    sandboxOrigins: config.outbound.sandboxOrigins,
  })
  const files = await filesFor(given, place, { config, outbound, cwd: io.cwd })
  const keys = createKeyRing(
    parseKeys(config.keys.encryptionKeys.reveal()),
    config.keys.authSecret.reveal(),
  )
  const from = given.from === undefined ? undefined : placeOf(given.from, io.cwd)
  const store = await openStore({ config, outbound, dataDir: config.core.dataDir }, from)
  const backup = await openFrom(store, keys, given.id)
  const bar = progressBar(io.stderr, 100)
  let shown = 0
  const restored = await restoreBackup(backup, {
    ...{ place, files, log, replace: given.replace, now: new Date() },
    migrations: await readMigrations(migrationFolders(system.root, apps)),
    acceptDifferences: given['accept-differences'],
    keepSessions: given['keep-sessions'],
    onProgress(percent, step) {
      const whole =
        { verify: 0, database: 25, files: 80 }[step] +
        percent * { verify: 0.25, database: 0.55, files: 0.2 }[step]
      bar.advance(Math.max(0, whole - shown))
      shown = Math.max(shown, whole)
    },
  })
  bar.end()
  const { id, snapshotAt } = backup.manifest
  const text = [
    `Restored ${id}, the state of ${snapshotAt}: ${restored.rows} rows and ${restored.files} files, all proven equal.`,
    restored.putAside === null ? '' : `What was there lies in ${restored.putAside} now.`,
    restored.sessionsEnded === 0 ? '' : `${restored.sessionsEnded} session(s) ended.`,
    restored.pending === 0
      ? ''
      : `Run \`minato migrate\`: ${restored.pending} migration(s) came later.`,
  ]
  confirmation(io, given.json, { id, snapshotAt, ...restored }, text.filter(Boolean).join('\n'))
  return 0
}

const invalid = (reason: string) => backupErrors.BACKUP_TARGET_INVALID({ reason })

function placeFor({ into }: Given, config: PlatformConfig, cwd: string): RestorePlace {
  const { databaseUrl } = config.data
  if (into === 'configured' && databaseUrl !== undefined) {
    return { kind: 'postgres', url: databaseUrl.reveal() }
  }
  if (/^postgres(ql)?:/.test(into)) {
    const { password, pathname } = new URL(into)
    // Arguments can be read by every process of the machine.
    if (password !== '') throw invalid('Give the password as PGPASSWORD, not as an argument.')
    if (pathname.length < 2) throw invalid('Name the database: postgres://user@host/database.')
    return { kind: 'postgres', url: into }
  }
  const path = into === 'configured' ? config.core.dataDir : resolve(cwd, into)
  if (readRunFile(path) !== undefined) {
    throw backupErrors.BACKUP_TARGET_IN_USE({ target: path, by: 'a running server' })
  }
  return { kind: 'folder', path }
}

async function filesFor(
  { files, into }: Given,
  place: RestorePlace,
  { config, outbound, cwd }: { config: PlatformConfig; outbound: Outbound; cwd: string },
): Promise<FileStore | undefined> {
  if (files === 'none') return undefined
  if (files !== undefined && files !== 'configured') {
    return filesOf(isAbsolute(files) ? files : resolve(cwd, files))
  }
  if (files === 'configured' || into === 'configured') {
    const { openFileStore } = await import('../../files/files.ts')
    return openFileStore({ config, outbound, dataDir: config.core.dataDir, clock: Date.now })
  }
  if (place.kind === 'folder') return filesOf(place.path)
  throw new UsageError('Say --files FOLDER, configured or none: a database holds no files.')
}
