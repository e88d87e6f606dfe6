import type { CliIo } from './command.ts'

/** The command line was not understood: exit code 2 and the usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'UsageError'
  }
}

/** Data on stdout: JSON when asked for, else the given text. */
export function print(io: CliIo, json: boolean, value: unknown, text: string): void {
  io.stdout.write(json ? `${JSON.stringify(value)}\n` : text === '' ? '' : `${text}\n`)
}

/** What was done: JSON on stdout when asked for, else a sentence on stderr, so that pipes stay clean. */
export function confirmation(io: CliIo, json: boolean, value: unknown, text: string): void {
  if (json) io.stdout.write(`${JSON.stringify(value)}\n`)
  else io.stderr.write(`${text}\n`)
}

/** Columns padded to the same width, two blanks between. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, cell.length)
    }
  }
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return rows.map(line).join('\n')
}

const MAX_SECRET_BYTES = 64 * 1024

/** A secret from stdin, with one trailing newline dropped: what `echo` and files end with. */
export async function readSecret(stdin: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_SECRET_BYTES) throw new UsageError('The password on stdin is too long.')
    chunks.push(bytes)
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  if (text === '') throw new UsageError('The password on stdin is empty.')
  return text
}
