import { once } from 'node:events'
// The file, not the index: the command must start at once and needs neither log nor configuration.
import { score } from '../../llm/guard/score.ts'
import type { CliIo, Command } from '../command.ts'

const USAGE = `Usage: minato guard check < texts.jsonl

Reads JSON lines {"text": "…"} and writes one line for each, in order:
  {"verdict":"allow|flag|block","score":0–1,"reasons":[…]}
A line that cannot be read gets {"error":{"code":"GUARD_BAD_LINE","detail":"…"}} and the exit code is 1.`

/** One line of input may hold a large document; more than this is no JSON line. */
const MAX_LINE_CHARS = 16 * 1024 * 1024

type Outcome = { line: string; ok: boolean }

function bad(detail: string): Outcome {
  return { line: JSON.stringify({ error: { code: 'GUARD_BAD_LINE', detail } }), ok: false }
}

function check(line: string): Outcome {
  if (line.length > MAX_LINE_CHARS)
    return bad(`The line is longer than ${MAX_LINE_CHARS} characters`)
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return bad('The line is not JSON; write {"text": "…"} on one line')
  }
  if (typeof value !== 'object' || value === null || !('text' in value)) {
    return bad('The line has no "text"; write {"text": "…"}')
  }
  if (typeof value.text !== 'string') return bad('"text" is not a string; write {"text": "…"}')
  return { line: JSON.stringify(score(value.text)), ok: true }
}

/**
 * The complete lines of each chunk read, so that an answer is written as soon as its line has come. Splits at
 * line feeds only: U+2028 may stand raw inside a JSON string, and readline would split there.
 */
async function* batchesOf(input: NodeJS.ReadableStream): AsyncGenerator<string[]> {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  for await (const chunk of input) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    // One character over the limit is enough to refuse the line; an endless one must not fill the memory.
    if (rest.length > MAX_LINE_CHARS) rest = rest.slice(0, MAX_LINE_CHARS + 1)
    yield lines
  }
  rest += decoder.decode()
  if (rest !== '') yield [rest]
}

async function write(output: NodeJS.WritableStream, text: string): Promise<void> {
  if (!output.write(text)) await once(output, 'drain')
}

async function checkAll(io: CliIo): Promise<number> {
  let exitCode = 0
  for await (const lines of batchesOf(io.stdin)) {
    const outcomes = lines.map(check)
    if (outcomes.some(({ ok }) => !ok)) exitCode = 1
    await write(io.stdout, outcomes.map(({ line }) => `${line}\n`).join(''))
  }
  return exitCode
}

/** `minato guard check`: scores texts for prompt injection; needs no configuration. */
export const guard: Command = {
  name: 'guard',
  summary: {
    en: 'Score texts for prompt injection (JSON lines in, JSON lines out)',
    ja: 'テキストのプロンプトインジェクションを判定します (JSON Lines 入出力)',
  },
  usage: USAGE,
  async run(args, io) {
    if (args.length === 1 && args[0] === 'check') return checkAll(io)
    const asked = args.includes('--help') || args.includes('-h')
    await write(asked ? io.stdout : io.stderr, `${USAGE}\n`)
    return asked ? 0 : 2
  },
}
