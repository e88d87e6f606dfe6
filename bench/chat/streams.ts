import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../median.ts'
import type { Parts } from './bench.ts'
import { type Answer, askOnce, completions, conversation, newConversations } from './client.ts'
import { setPace } from './processes.ts'

const STREAMS = 1000
const TOKENS = 200
const TOKENS_PER_SECOND = 20
/** They begin within so long, as people do, and then run side by side. */
const RAMP_MS = 4000

export type Streams = {
  streams: number
  tokensPerSecond: number
  broken: number
  /** Why, each reason once. */
  reasons: string[]
  tokensLost: number
  rssBeforeMb: number
  rssMb: number
  p50TotalMs: number
  maxGapP99Ms: number
}

/** A thousand answers at once through one process, each stored and saved while it is written. */
export async function manyStreams({ model, server, key }: Parts): Promise<Streams> {
  await setPace(model, {
    firstTokenMs: 50,
    tokensPerSecond: TOKENS_PER_SECOND,
    answerTokens: TOKENS,
  })
  const ids = await newConversations(server.url, key, STREAMS)
  const asked = { model: 'sandbox-main', stream: true }
  const alone = await askOnce(completions('model', model.llmUrl, 'sk-sandbox', asked), {
    keep: true,
  })
  const expected = textOf(alone.text)
  const rssBeforeMb = server.rssMb()
  let rssMb = rssBeforeMb
  const watch = setInterval(() => {
    rssMb = Math.max(rssMb, server.rssMb())
  }, 250)
  const answers = await Promise.allSettled(
    ids.map(async (id, index) => {
      await delay((index * RAMP_MS) / STREAMS)
      return await askOnce(conversation(server.url, key, id), { keep: true })
    }),
  )
  clearInterval(watch)
  const whole = answers.filter((answer) => answer.status === 'fulfilled').map(({ value }) => value)
  const reasons = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [String(answer.reason).slice(0, 200)] : [],
  )
  const texts = whole.map((answer) => textOf(answer.text))
  return {
    streams: STREAMS,
    tokensPerSecond: TOKENS_PER_SECOND,
    broken: STREAMS - whole.filter(isDone).length,
    reasons: [...new Set(reasons)].slice(0, 5),
    tokensLost: lost(texts, expected),
    rssBeforeMb,
    rssMb,
    p50TotalMs: Math.round(
      quantile(
        whole.map((answer) => answer.totalMs),
        0.5,
      ),
    ),
    maxGapP99Ms: Math.round(
      quantile(
        whole.map((answer) => answer.maxGapMs),
        0.99,
      ),
    ),
  }
}

function isDone(answer: Answer): boolean {
  return answer.text.includes('event: done\n')
}

/** The answer's text from an event stream of either kind. */
export function textOf(stream: string): string {
  let text = ''
  for (const [, json = ''] of stream.matchAll(/^data: (\{.*\})$/gm)) {
    const data = JSON.parse(json)
    text += data.text ?? data.choices?.[0]?.delta?.content ?? ''
  }
  return text
}

/** In characters of the text: an answer that differs counts as lost from where it differs. */
function lost(texts: string[], expected: string): number {
  if (expected === '') throw new Error('The model alone said nothing to compare with.')
  let characters = 0
  for (const text of texts) {
    if (text === expected) continue
    let same = 0
    while (same < text.length && text[same] === expected[same]) same += 1
    characters += expected.length - same
  }
  return Math.ceil((characters * TOKENS) / expected.length)
}
