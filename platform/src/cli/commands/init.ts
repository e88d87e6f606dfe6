import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Command, systemOf } from '../command.ts'
import { UsageError } from '../output.ts'
import { readAnswers } from '../production/read-answers.ts'
import { report } from '../production/report.ts'
import { writeStack } from '../production/write-stack.ts'

export const init: Command = {
  name: 'init',
  summary: { en: 'write the files of a production stack', ja: '本番環境のファイル一式を作る' },
  usage: `Usage: minato init production [options]

Writes a folder from which \`docker compose up -d\` runs the production stack: the compose file and what
it mounts, the settings, and secret files that only the containers' user can read. Asks for what is
missing when it is on a terminal. Run it again after an upgrade or to change a setting: a secret that
is there is never written over (to replace one, delete its file first), and what you added stays.

  --folder DIR            where (default /srv/minato)
  --domain NAME           the name people open, such as minato.example.com
  --size standard|small   small fits a machine of 1 GB
  --certificate acme|given|self-signed
                          fetched and renewed by itself; put into certificates/ by you; or made now
  --email ADDRESS         told to the certificate authority (with acme)
  --image IMAGE           the release to run
  --http-port N, --https-port N
  --name NAME             name of the Compose project (default minato)
  --set NAME=VALUE        a setting of the system (minato.env), as often as needed
  --stack NAME=VALUE      a variable of the compose file (.env)
  --secret NAME=FILE      a secret of the system, read from FILE (- is stdin)
  --yes                   ask nothing
  --json                  print what was written as JSON`,
  async run(args, io) {
    const [what, ...rest] = args
    if (what !== 'production') throw new UsageError('Say what to set up: minato init production.')
    const { values } = parseArgs({ args: rest, options: OPTIONS })
    const answers = await readAnswers(values, io)
    const source = join(systemOf(io).root, 'deploy')
    const written = await writeStack(
      { ...answers, folder: resolve(io.cwd, answers.folder) },
      source,
      new Date(),
    )
    const text = values.json
      ? JSON.stringify({ folder: answers.folder, ...written })
      : report(answers, written, (io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en')
    io.stdout.write(`${text}\n`)
    return 0
  },
}

const OPTIONS = {
  folder: { type: 'string', default: '/srv/minato' },
  domain: { type: 'string' },
  size: { type: 'string' },
  certificate: { type: 'string' },
  email: { type: 'string' },
  image: { type: 'string' },
  'http-port': { type: 'string' },
  'https-port': { type: 'string' },
  name: { type: 'string' },
  set: { type: 'string', multiple: true },
  stack: { type: 'string', multiple: true },
  secret: { type: 'string', multiple: true },
  yes: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const
