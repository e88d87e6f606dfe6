import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import type { HandoverFacts } from '../handover/facts.ts'
import { handoverPage } from '../handover/page.ts'
import { callServer } from '../server-call.ts'

/** `minato handover`: what the next operator must know, as it is now. */
export const handover: Command = {
  name: 'handover',
  summary: {
    en: 'write what the next operator must know',
    ja: '次の運用担当者への引き継ぎ書を書く',
  },
  usage: `Usage: minato handover [--language en|ja] [--json]

Prints a page (Markdown) of what runs where, who may do what, the state of backups, deploys and the
audit, what ends soon and what to do when something breaks. It holds no secret.

  --language L   en or ja (default: of LANG)
  --json         the facts as JSON`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { language: { type: 'string' }, json: { type: 'boolean', default: false } },
    })
    const language = values.language ?? ((io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en')
    if (language !== 'en' && language !== 'ja') {
      io.stderr.write(`minato handover: --language is en or ja.\n`)
      return 2
    }
    const facts = await callServer<HandoverFacts>(io, 'handover', {})
    io.stdout.write(values.json ? `${JSON.stringify(facts)}\n` : handoverPage(facts, language))
    return 0
  },
}
