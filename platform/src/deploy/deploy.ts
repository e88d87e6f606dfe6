import type { MinatoError } from '../errors/index.ts'
import { deployErrors } from './errors.ts'
import type { Half } from './host.ts'
import { backup, migrateContract, migrateExpand, preflight } from './prepare-steps.ts'
import { type DeployRecord, otherColor, type Seen } from './record.ts'
import { recover } from './recover.ts'
import { refuseClosedWay } from './rollback.ts'
import {
  beginRun,
  type DeployRequest,
  endRun,
  explain,
  type Run,
  reasonOf,
  runStep,
  type Tools,
} from './run.ts'
import {
  boot,
  drainOld,
  finish,
  goBack,
  measureOld,
  smoke,
  stopOld,
  switchOver,
  watchNew,
} from './serve-steps.ts'

/**
 * Puts a release in service beside the one that serves, watches it, and goes back by itself when it
 * fails. Whatever happens, people are served: by the old release until nginx is turned, by the new
 * one after, by the old one again when the new one misbehaves.
 *
 * @example
 * const record = await deploy({ kind: 'deploy', release: 'minato:2' }, tools)
 * if (record.state !== 'finished') console.error(record.reason?.en)
 * @throws {MinatoError} DEPLOY_RUNNING, DEPLOY_SAME_RELEASE, DEPLOY_STACK before anything was begun.
 */
export async function deploy(request: DeployRequest, tools: Tools): Promise<DeployRecord> {
  const lock = tools.journal.lock()
  try {
    const found = await recover(request, tools)
    const run = found ?? (await newRun(request, tools))
    return await (found === undefined ? whole(run) : fromSwitch(run))
  } finally {
    await tools.host.close()
    lock.release()
  }
}

/**
 * What a deploy would do and whether it may, without doing it.
 * @throws {MinatoError} what would refuse it.
 */
export async function planDeploy(
  request: DeployRequest,
  tools: Tools,
): Promise<{ from: Half; to: Half; evidence: Seen }> {
  try {
    const run = await newRun(request, tools)
    const evidence = request.kind === 'deploy' ? await preflight(run) : await refuseClosedWay(run)
    return { from: run.blue, to: run.green, evidence }
  } finally {
    await tools.host.close()
  }
}

async function newRun(request: DeployRequest, tools: Tools): Promise<Run> {
  const { active, releases } = await tools.host.look()
  const serving = releases[active]
  if (serving === null) {
    const reason = `nginx points to ${active}, of which no process runs`
    throw deployErrors.DEPLOY_STACK({ reason })
  }
  if (serving === request.release) throw deployErrors.DEPLOY_SAME_RELEASE({ image: serving })
  return beginRun(tools, request, {
    blue: { color: active, release: serving },
    green: { color: otherColor(active), release: request.release },
  })
}

const NOTHING_TO_MIGRATE: Seen = {
  en: 'a rollback migrates nothing',
  ja: 'ロールバックではマイグレーションを行いません',
  skipped: true,
}

async function whole(run: Run): Promise<DeployRecord> {
  const { request, tools } = run
  try {
    await runStep(run, 'preflight', () =>
      request.kind === 'deploy' ? preflight(run) : refuseClosedWay(run),
    )
    await runStep(run, 'backup', () => backup(run))
    await runStep(run, 'migrate', async () =>
      request.kind === 'deploy' ? await migrateExpand(run) : NOTHING_TO_MIGRATE,
    )
  } catch (error) {
    tools.say(`${run.blue.release} goes on serving; nothing of ${run.green.release} was started.`)
    return endRun(run, 'refused', reasonOf(explain(error)))
  }
  try {
    await runStep(run, 'boot', () => boot(run))
    await runStep(run, 'smoke', () => smoke(run))
    await measureOld(run)
    await runStep(run, 'switch', () => switchOver(run))
    await runStep(run, 'drain', () => drainOld(run))
    await runStep(run, 'watch', () => watchNew(run))
  } catch (error) {
    return await revert(run, explain(error))
  }
  return await conclude(run)
}

/** What an interrupted deploy had left to do after nginx was turned. */
async function fromSwitch(run: Run): Promise<DeployRecord> {
  try {
    await runStep(run, 'drain', () => drainOld(run))
    await runStep(run, 'watch', () => watchNew(run))
  } catch (error) {
    return await revert(run, explain(error))
  }
  return await conclude(run)
}

/**
 * The new release has proven itself. From here nothing goes back: a contract migration that fails
 * is rolled back by itself and told, and the release serves with and without it.
 */
async function conclude(run: Run): Promise<DeployRecord> {
  const { host } = run.tools
  let trouble: MinatoError | undefined
  try {
    await runStep(run, 'contract', async () => {
      if (run.record.contracts.length > 0) await stopOld(host, run.blue)
      return await migrateContract(run)
    })
  } catch (error) {
    trouble = explain(error)
  }
  try {
    await runStep(run, 'finish', () => finish(run))
  } catch (error) {
    trouble ??= explain(error)
  }
  return endRun(run, 'finished', trouble === undefined ? null : reasonOf(trouble))
}

async function revert(run: Run, error: MinatoError): Promise<DeployRecord> {
  run.tools.say(`Going back to ${run.blue.release}: ${error.detail.en}`)
  try {
    await runStep(run, 'revert', () => goBack(run))
  } catch (second) {
    const stuck = explain(second)
    // Left "running" in the journal: the next deploy takes it up from here.
    run.record.reason = reasonOf(error)
    run.tools.journal.write(run.record)
    throw deployErrors.DEPLOY_STACK(
      { reason: `going back failed: ${stuck.detail.en} (after: ${error.detail.en})` },
      { cause: second },
    )
  }
  return endRun(run, 'reverted', reasonOf(error))
}
