import { parseArgs } from 'node:util'
import type { Command } from '../command.ts'
import { callServer } from '../server-call.ts'

type Demo = { created: { email: string; password: string }[]; apps: string[] }

export const demo: Command = {
  name: 'demo',
  summary: { en: 'make sample users and data', ja: 'サンプルの利用者とデータを作る' },
  usage: `Usage: minato demo [--json]

Makes sample users (with new passwords, printed once) and each app's sample data. Safe to repeat.`,
  async run(args, io) {
    const { values } = parseArgs({ args, options: { json: { type: 'boolean', default: false } } })
    const made = await callServer<Demo>(io, 'demo', {})
    if (values.json) {
      io.stdout.write(`${JSON.stringify(made)}\n`)
      return 0
    }
    for (const { email, password } of made.created) io.stdout.write(`${email}  ${password}\n`)
    io.stdout.write(`Sample data is in: ${made.apps.join(', ')}\n`)
    return 0
  },
}
