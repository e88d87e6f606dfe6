import { appendFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import {
  asMarkdown,
  asText,
  type DeployRecord,
  type DeployRequest,
  deploy as deployRelease,
  planDeploy,
  type Tools,
} from '../../deploy/index.ts'
import type { CliIo, Command } from '../command.ts'
import { DEPLOY_OPTIONS, DEPLOY_USAGE, deployTools } from '../deploy-options.ts'
import { print, UsageError } from '../output.ts'

/** `minato deploy`: runs on the Docker host, beside the compose file. */
export const deploy: Command = {
  name: 'deploy',
  summary: {
    en: 'put a release in service without a failed request',
    ja: 'リクエストを失敗させずにリリースを稼働させる',
  },
  usage: `Usage: minato deploy --image TAG [options]

Audit → backup → expand migrations → start the new release beside the old one → smoke test → turn
nginx → drain the old one → watch → contract migrations → finish. What fails is taken back by itself;
what a deploy that was stopped in mid-way left is mended first.

  --image TAG          the release: an image on this host or in a registry
  --skip-audit TEXT    leave the audit out this time, and why
${DEPLOY_USAGE}`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...DEPLOY_OPTIONS,
        image: { type: 'string' },
        'skip-audit': { type: 'string' },
      },
    })
    const { image } = values
    if (image === undefined || image === '') throw new UsageError('Name the release: --image TAG')
    const request = {
      kind: 'deploy' as const,
      release: image,
      skipAudit: values['skip-audit'],
      skipBackup: values['skip-backup'],
    }
    return await perform(values, io, () => request)
  },
}

type Values = Parameters<typeof deployTools>[0] & {
  'dry-run': boolean
  report?: string | undefined
}

/** Plans or performs, and tells what became of it. */
export async function perform(
  values: Values,
  io: CliIo,
  requestFor: (tools: Tools) => DeployRequest | Promise<DeployRequest>,
): Promise<number> {
  const { tools, flush, stop } = deployTools(values, io)
  try {
    const request = await requestFor(tools)
    if (values['dry-run']) {
      const plan = await planDeploy(request, tools)
      const text = `${plan.from.release} (${plan.from.color}) → ${plan.to.release} (${plan.to.color}): ${plan.evidence.en}. Nothing was changed.`
      print(io, values.json, plan, text)
      return 0
    }
    const record = await deployRelease(request, tools)
    await flush()
    tell(values, io, record)
    return record.state === 'finished' ? 0 : 1
  } finally {
    stop()
  }
}

function tell(values: Values, io: CliIo, record: DeployRecord): void {
  print(io, values.json, record, asText(record))
  if (values.report === undefined) return
  appendFileSync(resolve(io.cwd, values.report), `${asMarkdown(record)}\n`)
}
