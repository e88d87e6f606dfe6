import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createParser } from 'eventsource-parser'
import { scriptImage, withoutDocker } from '../../../../test/docker.ts'
import type { LogLine } from './logs.ts'
import { CANARY, type Console, mcpScript, openConsole, REFERENCE } from './test/console.ts'

const skip = withoutDocker
let mcp: Console
let base: string

/** Writes COUNT numbered lines, a thousand a second, every tenth to stdout, once a first byte is in its input. */
const CHATTY = mcpScript(`
process.stdin.once('data', () => {
  const count = Number(process.env.COUNT), start = performance.now()
  let written = 0
  const timer = setInterval(() => {
    for (; written < Math.min(count, performance.now() - start); written += 1) {
      const line = 'line ' + written + ' ' + process.env.FILL + '\\n'
      ;(written % 10 === 0 ? process.stdout : process.stderr).write(line)
    }
    if (written >= count) clearInterval(timer)
  }, 5)
})
`)

before(async () => {
  if (skip !== false) return
  mcp = await openConsole()
  base = await mcp.server.listen()
})
after(async () => await mcp?.[Symbol.asyncDispose]())

type Follow = { lines: LogLine[]; ids: string[]; ended: boolean }

/** Follows until `enough` or the stream's end, reading as slowly as asked. */
async function follow(
  id: string,
  query: string,
  options: { enough?: (found: Follow) => boolean; lastId?: string; pauseMs?: number } = {},
): Promise<Follow> {
  const stop = new AbortController()
  const headers = {
    ...mcp.operator.headers,
    ...(options.lastId ? { 'last-event-id': options.lastId } : {}),
  }
  const url = `${base}/api/mcp-console/containers/${id}/logs?${query}`
  const response = await fetch(url, { headers, signal: stop.signal })
  assert.equal(response.status, 200)
  const found: Follow = { lines: [], ids: [], ended: false }
  const parser = createParser({
    onEvent({ event, data, id: eventId = '' }) {
      if (event === 'end') found.ended = true
      if (event !== 'line') return
      found.lines.push(JSON.parse(data))
      found.ids.push(eventId)
    },
  })
  const decoder = new TextDecoder()
  assert.ok(response.body)
  for await (const piece of response.body) {
    parser.feed(decoder.decode(piece, { stream: true }))
    if (options.enough?.(found)) break
    if (options.pauseMs !== undefined) await delay(options.pauseMs)
  }
  stop.abort()
  return found
}

const numbers = (lines: readonly LogLine[]) =>
  lines.flatMap(({ text }) => /^line (\d+) /.exec(text)?.[1] ?? []).map(Number)

async function chatty(name: string, count: number, fill: string): Promise<string> {
  const image = scriptImage('chatty', CHATTY)
  return (await mcp.install({ name, image, env: { COUNT: String(count), FILL: fill } })).id
}

test('follows a thousand lines a second live, none lost, both outputs apart', {
  skip,
}, async () => {
  const count = 3000
  const id = await chatty('chatty', count, '港')
  const enough = ({ lines }: Follow) => numbers(lines).length >= count
  const { lines, ids } = await follow(id, 'tail=all', { enough })
  const seen = numbers(lines).sort((a, b) => a - b)
  assert.deepEqual(
    seen,
    Array.from({ length: count }, (_, index) => index),
  )
  for (const { text, stream } of lines) {
    const [number] = numbers([{ text, stream, at: '' }])
    if (number !== undefined) assert.equal(stream, number % 10 === 0 ? 'stdout' : 'stderr')
  }
  assert.ok(lines.every(({ text }) => !text.startsWith('line ') || text.endsWith('港')))

  const middle = ids[1500] ?? ''
  const again = await follow(id, 'follow=false', { lastId: middle })
  assert.deepEqual(
    again.ids,
    ids.slice(1501),
    'who comes back misses nothing and hears nothing twice',
  )
  assert.ok(again.ended)
  const errors = await follow(id, 'follow=false&tail=all&streams=stderr&search=LINE%2029')
  assert.ok(errors.lines.length >= 100)
  assert.ok(
    errors.lines.every(({ text, stream }) => stream === 'stderr' && text.startsWith('line 29')),
  )
  assert.equal((await follow(id, 'follow=false&tail=7')).lines.length, 7)

  const file = await mcp.server.inject({
    url: `/api/mcp-console/containers/${id}/logs?download=true`,
    headers: mcp.operator.headers,
  })
  assert.match(String(file.headers['content-disposition']), /filename="chatty.log"/)
  assert.equal(file.body.match(/ line \d+ 港\n/g)?.length, count)
  await mcp.call('DELETE', `/containers/${id}`)
})

test('a slow reader slows Docker down and loses nothing', { skip }, async () => {
  const count = 2000
  const id = await chatty('slow', count, 'x'.repeat(8000)) // 16 MB: more than any buffer on the way
  const enough = ({ lines }: Follow) => numbers(lines).length >= count
  const { lines } = await follow(id, 'tail=all', { enough, pauseMs: 10 })
  assert.equal(new Set(numbers(lines)).size, count)
  await mcp.call('DELETE', `/containers/${id}`)
})

test('a stream ends with its server', { skip }, async () => {
  const { id } = await mcp.install({ name: 'ending', image: scriptImage('quiet', mcpScript('')) })
  const stopped = follow(id, 'tail=all', {})
  await mcp.call('POST', `/containers/${id}/stop`)
  assert.ok((await stopped).ended)
  await mcp.call('DELETE', `/containers/${id}`)
})

for (const delivery of ['environment', 'file'] as const) {
  test(`a secret a server prints is masked (delivery by ${delivery})`, { skip }, async () => {
    const image = scriptImage(
      'leaking',
      mcpScript(`
import { readFileSync } from 'node:fs'
const token = process.env.TOKEN ?? readFileSync(process.env.TOKEN_FILE, 'utf8')
console.error('my token is ' + token + ', and long: ' + 'y'.repeat(40_000) + token + ' ends')
`),
    )
    const made = await mcp.install({ name: 'leaking', image, delivery, env: { TOKEN: REFERENCE } })
    const { lines } = await follow(made.id, 'follow=false&tail=all')
    // What it says on its two outputs comes in no set order.
    const line = lines.find(({ text }) => text.startsWith('my token'))
    assert.match(line?.text ?? '', /^my token is \[secret\], and long: y+\[secret\] ends$/)
    assert.ok(!JSON.stringify(lines).includes(CANARY))
    await mcp.call('DELETE', `/containers/${made.id}`)
  })
}
