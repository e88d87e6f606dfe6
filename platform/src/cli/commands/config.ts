import { parseArgs } from 'node:util'
import { allSections } from '../../app/platform-config.ts'
import { readConfig } from '../../app/read-config.ts'
import type { AnySection } from '../../config/index.ts'
import { type Command, systemOf } from '../command.ts'

export const config: Command = {
  name: 'config',
  summary: { en: 'show the effective configuration', ja: '有効な設定と出どころを表示する' },
  usage: `Usage: minato config [--json] [--example]

Prints each variable with its value and source (default, file, environment, secret file).
Secrets are printed as [secret]. --example prints a commented .env.example.`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: 'boolean', default: false },
        example: { type: 'boolean', default: false },
      },
    })
    const system = systemOf(io)
    const apps = await system.apps()
    if (values.example) {
      io.stdout.write(example(allSections(apps)))
      return 0
    }
    const settings = readConfig(system, apps, io.env).settings.map((setting) => ({
      name: setting.variable.name,
      value: setting.value,
      source: setting.source,
      section: setting.section,
    }))
    if (values.json) {
      io.stdout.write(`${JSON.stringify(settings)}\n`)
      return 0
    }
    const width = Math.max(...settings.map(({ name }) => name.length))
    for (const { name, value, source } of settings) {
      io.stdout.write(`${name.padEnd(width)}  ${value || '(not set)'}  (${source})\n`)
    }
    return 0
  },
}

function example(sections: Record<string, AnySection>): string {
  const blocks = Object.entries(sections).map(([name, section]) => {
    const lines = Object.values(section.variables).map(
      (variable) => `# ${variable.describe}\n# ${variable.name}=${variable.example ?? ''}\n`,
    )
    return `# --- ${name} ---\n${lines.join('')}`
  })
  return `# Every variable also has a NAME_FILE twin that names a file (/run/secrets/…).\n\n${blocks.join('\n')}`
}
