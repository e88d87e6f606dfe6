import { deployErrors } from './errors.ts'
import type { DeployRecord } from './record.ts'
import {
  beginRun,
  type DeployRequest,
  endRun,
  type Run,
  reasonOf,
  runStep,
  type Tools,
} from './run.ts'
import { goBack, stopOld } from './serve-steps.ts'

/**
 * Looks whether the last deployer was stopped in mid-way, and mends what it left: the old release
 * serves again, or, when the same release is asked for and nginx points to it already, the deploy
 * goes on from there. Gives the run to go on with, or undefined when a new one is to begin.
 */
export async function recover(request: DeployRequest, tools: Tools): Promise<Run | undefined> {
  const found = tools.journal.current()
  if (found === undefined || found.state !== 'running') return undefined
  const { active } = await tools.host.look()
  const step = found.steps.at(-1)?.name ?? 'preflight'
  const blue = found.previous
  const green = { color: found.color, release: found.release }
  const serving = active === blue.color ? blue : green
  tools.say(
    `The deploy of ${found.release} at ${found.startedAt} was stopped in the step ${step}; ` +
      `${serving.release} (${serving.color}) serves.`,
  )
  closeOpenStep(found, tools.now())
  const run = beginRun(
    tools,
    { ...request, kind: found.kind, release: found.release },
    { blue, green },
    found,
  )
  if (serving === green && found.release === request.release && (await goesOn(run))) {
    tools.say('It goes on from there.')
    return run
  }
  if (serving === green && passedWatch(found)) {
    await runStep(run, 'finish', async () => {
      await tools.host.settle(green)
      await stopOld(tools.host, blue)
      return {
        en: `${green.color} had passed the watch and stays in service`,
        ja: `${green.color} は監視を終えていたため、稼働を続けます`,
      }
    })
    endRun(run, 'finished', null)
    return undefined
  }
  const reason = reasonOf(deployErrors.DEPLOY_INTERRUPTED({ step }))
  await runStep(run, 'revert', () => goBack(run))
  endRun(run, 'reverted', reason)
  tools.say(`Put back to ${blue.release}.`)
  return undefined
}

async function goesOn({ tools, green }: Run): Promise<boolean> {
  const { state } = await tools.host.health(green.color, 'web')
  return state === 'healthy'
}

function passedWatch({ steps }: DeployRecord): boolean {
  return steps.some(({ name, state }) => name === 'watch' && state === 'done')
}

function closeOpenStep(record: DeployRecord, now: number): void {
  const open = record.steps.find(({ state }) => state === 'running')
  if (open === undefined) return
  Object.assign(open, {
    state: 'failed',
    ms: Math.max(0, now - Date.parse(open.startedAt)),
    evidence: {
      en: 'the deployer was stopped here',
      ja: 'デプロイの実行がここで止まりました',
    },
  })
}
