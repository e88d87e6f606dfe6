import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, systemOf } from '../command.ts'
import { newAppFiles } from '../new-app-files.ts'

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

export const newApp: Command = {
  name: 'new',
  summary: { en: 'write the folder of a new app', ja: '新しいアプリのフォルダーを作る' },
  usage: `Usage: minato new <name>

Writes apps/<name> with a page, a route, a migration and a test. The next \`npm start\` serves it.
<name> is lower-case words joined by hyphens, such as lending-desk.`,
  async run(args, io) {
    const { positionals } = parseArgs({ args, allowPositionals: true })
    const [name] = positionals
    if (positionals.length !== 1 || name === undefined) {
      io.stderr.write(`${this.usage}\n`)
      return 2
    }
    if (!NAME.test(name) || name.length > 40) {
      io.stderr.write(
        `minato: "${name}" cannot be an app's name: use lower-case words joined by hyphens, such as lending-desk.\n`,
      )
      return 2
    }
    const folder = join(systemOf(io).root, 'apps', name)
    if (existsSync(folder)) {
      io.stderr.write(`minato: apps/${name} exists already; nothing was written.\n`)
      return 1
    }
    for (const [path, content] of Object.entries(newAppFiles(name, new Date()))) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    io.stdout.write(
      `Wrote apps/${name}. Next:\n  npm install              (records it in package-lock.json)\n  npm test -- apps/${name}\n  npm start\n`,
    )
    return 0
  },
}
