import { parseArgs } from 'node:util'
import { deployOf } from '../../deploy/index.ts'
import type { Command } from '../command.ts'
import { DEPLOY_OPTIONS, DEPLOY_USAGE } from '../deploy-options.ts'
import { perform } from './deploy.ts'

/** `minato rollback`: the same way as a deploy, back to the release before. */
export const rollback: Command = {
  name: 'rollback',
  summary: {
    en: 'go back to the release before',
    ja: '前のリリースに戻す',
  },
  usage: `Usage: minato rollback [options]

Puts the release in service again that the last deploy replaced, by the same steps but for migrations.
Refused when a contract migration was applied since: it has taken away what that release needs.

${DEPLOY_USAGE}`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: DEPLOY_OPTIONS })
    return await perform(values, io, async ({ host, journal }) => {
      const { active, releases } = await host.look()
      const { release } = deployOf(journal, releases[active] ?? '').previous
      return { kind: 'rollback', release, skipBackup: values['skip-backup'] }
    })
  },
}
