import { sanitizeStream } from '../../log/stream.ts'
import type { CliIo, Command } from '../command.ts'

const USAGE = `Usage: minato log sanitize < in > out

Reads lines from standard input and writes each with its secrets masked, one line out for one line in.
What is not secret stays byte for byte. Needs no configuration.

  minato log sanitize    mask passwords, tokens, keys, card numbers and the like
  minato log --help      show this text
`

/** `minato log sanitize`: the logger's own sanitizer for the lines of other programs. */
export const log: Command = {
  name: 'log',
  summary: {
    en: 'Mask the secrets in log lines read from standard input',
    ja: '標準入力のログ行から秘密の値を伏せる',
  },
  usage: USAGE,
  async run(args: string[], io: CliIo): Promise<number> {
    const [action, ...rest] = args
    if (action === undefined || action === '--help' || action === '-h' || action === 'help') {
      io.stdout.write(USAGE)
      return 0
    }
    if (action !== 'sanitize') {
      io.stderr.write(`minato log: unknown action "${action}". There is: sanitize.\n\n${USAGE}`)
      return 64
    }
    if (rest.includes('--help') || rest.includes('-h')) {
      io.stdout.write(USAGE)
      return 0
    }
    if (rest.length > 0) {
      io.stderr.write(
        `minato log sanitize takes no arguments; it reads standard input.\n\n${USAGE}`,
      )
      return 64
    }
    return sanitizeStream(io.stdin, io.stdout)
  },
}
