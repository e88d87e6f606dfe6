import { readFileSync } from 'node:fs'
import { createLogger } from '../index.ts'
import { expand } from './samples.ts'

/** Run as a process of its own: logs every line of the two lists in several ways, for the test to read from stdout. */
type MustMask = { line: string; secrets: string[] }
const read = <T>(name: string) =>
  JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8')) as T

const log = createLogger({ pretty: false, name: 'lines' })
read<MustMask[]>('must-mask.json').forEach(({ line }, index) => {
  const text = expand(line)
  log.info('mask.field', { index, note: text })
  log.warn('mask.nested', {
    index,
    request: { body: [{ text }] },
    again: new Map([['text', text]]),
  })
  log.error('mask.error', { index, err: new Error(`failed: ${text}`, { cause: new Error(text) }) })
})
read<string[]>('must-keep.json').forEach((line, index) => {
  log.info('keep.field', { index, note: line })
})
