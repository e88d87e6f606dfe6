import { generateKeys } from '../../keys/index.ts'
import type { Command } from '../command.ts'

export const keys: Command = {
  name: 'keys',
  summary: { en: 'make root keys', ja: '鍵を生成する' },
  usage: `Usage: minato keys generate [--json]

Prints a new AUTH_SECRET and a new ENCRYPTION_KEYS entry for your secret store. Nothing is written.
To rotate, put the new entry before the old one: the first encrypts, all decrypt.`,
  async run(args, io) {
    const [action, ...rest] = args
    if (action !== 'generate' || rest.some((flag) => flag !== '--json')) {
      io.stderr.write(`${this.usage}\n`)
      return 2
    }
    const made = generateKeys(new Date())
    io.stdout.write(
      rest.includes('--json')
        ? `${JSON.stringify(made)}\n`
        : `AUTH_SECRET=${made.AUTH_SECRET}\nENCRYPTION_KEYS=${made.ENCRYPTION_KEYS}\n`,
    )
    return 0
  },
}
