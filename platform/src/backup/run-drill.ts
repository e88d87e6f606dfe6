import { join } from 'node:path'
import type { Bilingual } from '../config/index.ts'
import { createDiskStore } from '../files/index.ts'
import { openCiphertexts } from './ciphertexts.ts'
import type { BackupDeps, Progress } from './context.ts'
import { drillReport } from './drill-report.ts'
import { backupErrors } from './errors.ts'
import { asFailure } from './failure.ts'
import { newestId, openFrom } from './list-store.ts'
import type { OpenBackup } from './manifest.ts'
import { openStore } from './open-store.ts'
import { verifyBackup } from './read-parts.ts'
import { loadDatabase } from './restore-database.ts'
import { loadFiles } from './restore-files.ts'
import { openScratch, type Scratch } from './scratch.ts'
import type { BackupTables, DrillCheck } from './tables.ts'
import { type DrillView, listDrills } from './view.ts'

export type DrillOptions = {
  /** Default: the newest in the store. */
  backupId?: string
  from?: string
  signal?: AbortSignal
  onProgress?: Progress
}

type Outcome = {
  backupId: string | null
  checks: DrillCheck[]
  rpoMs: number | null
  rtoMs: number | null
}

/** Restores a backup where it hurts nobody and asserts all of it; keeps the row and the report. */
export async function runDrill(deps: BackupDeps, options: DrillOptions): Promise<DrillView> {
  const db = deps.db.withTables<BackupTables>()
  const { id } = await db
    .insertInto('minato.drills')
    .values({ state: 'running', started_at: new Date(deps.clock()) })
    .returning('id')
    .executeTakeFirstOrThrow()
  const outcome: Outcome = { backupId: null, checks: [], rpoMs: null, rtoMs: null }
  let failure: { code: string; detail: Bilingual } | undefined
  try {
    await drill(deps, options, outcome)
  } catch (error) {
    failure = asFailure(error)
    deps.log.error('drill.failed', { drillId: id, code: failure.code, err: error })
  }
  await db
    .updateTable('minato.drills')
    .set({
      state: failure === undefined ? 'passed' : 'failed',
      backup_id: outcome.backupId,
      finished_at: new Date(deps.clock()),
      rpo_ms: outcome.rpoMs,
      rto_ms: outcome.rtoMs,
      error_code: failure?.code ?? null,
      error_detail: asJson(failure?.detail ?? null) as never,
      checks: asJson(outcome.checks) as never,
    })
    .where('id', '=', id)
    .execute()
  const [view] = await listDrills(deps.db, 1, id)
  if (view === undefined) throw new Error('The drill has no row.')
  await keepReport(deps, view, options.from)
  return view
}

/** Beside the backups as well: there it is found when the database that knew of it is gone. */
async function keepReport(deps: BackupDeps, view: DrillView, from?: string): Promise<void> {
  try {
    const store = await openStore(deps, from)
    const stamp = view.startedAt.toISOString().replaceAll(/[-:]|\.\d+/g, '')
    await store.put(`drills/${stamp}-${view.id.slice(0, 8)}.md`, Buffer.from(drillReport(view)))
  } catch (error) {
    deps.log.warn('drill.report_not_kept', { drillId: view.id, err: error })
  }
}

const asJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value))

type Check = <T>(name: string, work: () => Promise<[T, Bilingual]>) => Promise<T>

/** Runs one assertion: what it found is evidence, what it throws ends the drill. */
function checker(checks: DrillCheck[]): Check {
  return async (name, work) => {
    const from = performance.now()
    const durationMs = (): number => Math.round(performance.now() - from)
    try {
      const [result, evidence] = await work()
      checks.push({ name, status: 'passed', evidence, durationMs: durationMs() })
      return result
    } catch (error) {
      const { detail } = asFailure(error)
      checks.push({ name, status: 'failed', evidence: detail, durationMs: durationMs() })
      throw error
    }
  }
}

const both = (en: string, ja: string): Bilingual => ({ en, ja })

async function drill(deps: BackupDeps, options: DrillOptions, outcome: Outcome): Promise<void> {
  const check = checker(outcome.checks)
  const store = await openStore(deps, options.from)
  const found = await check('found', async () => {
    const id = options.backupId ?? (await newestId(store))
    return [id, both(`${id} in ${store.place}`, `${store.place} の ${id}`)]
  })
  outcome.backupId = found
  const started = performance.now()
  const backup = await check('manifest', async () => {
    const opened = await openFrom(store, deps.keys, found)
    const { keyId, release, snapshotAt } = opened.manifest
    outcome.rpoMs = Math.max(0, deps.clock() - Date.parse(snapshotAt))
    return [opened, both(`release ${release}, key ${keyId}`, `リリース ${release}、鍵 ${keyId}`)]
  })
  await check('fresh', () => assertFresh(deps, backup))
  options.onProgress?.(5, both('Reading the backup', 'バックアップを読み取っています'))
  await check('parts', async () => {
    await verifyBackup(backup)
    const volumes = backup.manifest.parts.flatMap((part) => part.volumes)
    return [
      undefined,
      both(
        `${volumes.length} file(s), ${backup.manifest.bytes} bytes, every hash as written`,
        `${volumes.length} 個・${backup.manifest.bytes} バイト、ハッシュはすべて一致`,
      ),
    ]
  })
  options.signal?.throwIfAborted()
  const scratch = await check('scratch', async () => {
    const opened = await openScratch(deps)
    return [opened, both(`${opened.kind} ${opened.name}`, `${opened.kind} ${opened.name}`)]
  })
  try {
    await restoreInto(deps, backup, scratch, check, options)
    outcome.rtoMs = Math.round(performance.now() - started)
  } finally {
    await scratch.drop()
  }
}

async function assertFresh(
  { clock, config }: BackupDeps,
  { manifest }: OpenBackup,
): Promise<[undefined, Bilingual]> {
  const ageMs = clock() - Date.parse(manifest.snapshotAt)
  const { maxAgeMs } = config.backup
  const hours = (ms: number): number => Math.round(ms / 360_000) / 10
  if (ageMs > maxAgeMs) {
    throw backupErrors.BACKUP_STALE({ hours: hours(ageMs), limit: hours(maxAgeMs) })
  }
  return [
    undefined,
    both(
      `${hours(ageMs)} h old, at most ${hours(maxAgeMs)} h`,
      `${hours(ageMs)} 時間前（上限 ${hours(maxAgeMs)} 時間）`,
    ),
  ]
}

async function restoreInto(
  deps: BackupDeps,
  backup: OpenBackup,
  scratch: Scratch,
  check: Check,
  { onProgress, signal }: DrillOptions,
): Promise<void> {
  const { manifest } = backup
  const target = await scratch.open()
  try {
    await check('database', async () => {
      const step = both('Restoring the database', 'データベースを復元しています')
      await loadDatabase(target, backup, {
        migrations: await deps.host.migrations(),
        now: new Date(deps.clock()),
        onProgress: (percent) => onProgress?.(20 + percent * 0.5, step),
      })
      const rows = manifest.tables.reduce((sum, { tally }) => sum + tally.rows, 0)
      const [en, ja] = [
        `${manifest.tables.length} tables as ${manifest.migrations.length} migrations make them, ${rows} rows with the same checksums, no orphans`,
        `${manifest.migrations.length} 件のマイグレーションどおりの ${manifest.tables.length} テーブル、${rows} 行のチェックサム一致、孤立行なし`,
      ]
      return [undefined, both(en, ja)]
    })
    signal?.throwIfAborted()
    await check('ciphertexts', async () => {
      const { opened, unopened } = await openCiphertexts(
        target.query,
        deps.keys,
        deps.host.encryptedColumns,
      )
      const [first] = unopened
      if (first !== undefined) throw backupErrors.BACKUP_UNDECRYPTABLE({ ...first })
      return [undefined, both(`${opened} stored values opened`, `暗号化された ${opened} 件を復号`)]
    })
  } finally {
    await target.close()
  }
  onProgress?.(75, both('Restoring files', 'ファイルを復元しています'))
  await check('files', async () => {
    const store = createDiskStore({ root: join(scratch.folder, 'files'), clock: deps.clock })
    const { written } = await loadFiles(store, backup)
    return [
      undefined,
      both(`${written} files with the same hashes`, `${written} ファイルのハッシュ一致`),
    ]
  })
  onProgress?.(90, both('Starting the app on the copy', '復元先でアプリを起動しています'))
  await check('app', async () => {
    const copy = { dataDir: scratch.folder, databaseUrl: scratch.databaseUrl }
    const answers = await deps.host.askCopy(copy).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error)
      throw backupErrors.BACKUP_APP_FAILED({ reason }, { cause: error })
    })
    return [
      undefined,
      both(`read-only: ${answers.join(', ')}`, `読み取り専用: ${answers.join('、')}`),
    ]
  })
}
