import { generateKeys } from '../../keys/index.ts'
import type { CliIo, Command } from '../command.ts'
import { UsageError } from '../output.ts'

export const keys: Command = {
  name: 'keys',
  summary: { en: 'make and rotate root keys', ja: '鍵を生成・更新する' },
  usage: `Usage: minato keys <action> [--json]

  generate                 print a new AUTH_SECRET and a new ENCRYPTION_KEYS entry; nothing is written
  rotate [--batch N]       re-encrypt every stored value under the first of ENCRYPTION_KEYS
  import-fernet --key-file FILE | --key-stdin [--batch N]
                           re-encrypt Fernet tokens of the Python original that lie in our columns

To rotate: add the new entry behind the old one and restart every process, so that all can read it;
put it first and restart again, so that all write it; run \`minato keys rotate\`; then drop the old one.
Both re-encryptions may be stopped and run again: they go on with what is left. They exit with 1 when a
value could not be opened, or an old ciphertext lies in a column that nobody declared.
Key files hold one key a line. Keys are never taken as arguments, which every process can read.`,
  async run(args, io) {
    const [action = '', ...rest] = args
    if (action === 'generate') return generate(rest, io)
    // Loaded when asked for: generating keys must work without a configuration.
    const { importFernet, rotate } = await import('../reencrypt.ts')
    if (action === 'rotate') return await rotate(rest, io)
    if (action === 'import-fernet') return await importFernet(rest, io)
    throw new UsageError(action === '' ? 'Name an action.' : `Unknown action "${action}".`)
  },
}

function generate(args: string[], io: CliIo): number {
  if (args.some((flag) => flag !== '--json')) throw new UsageError('generate takes --json only.')
  const made = generateKeys(new Date())
  io.stdout.write(
    args.includes('--json')
      ? `${JSON.stringify(made)}\n`
      : `AUTH_SECRET=${made.AUTH_SECRET}\nENCRYPTION_KEYS=${made.ENCRYPTION_KEYS}\n`,
  )
  return 0
}
