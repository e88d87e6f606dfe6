import { median, rounded } from '../median.ts'
import type { Parts } from './bench.ts'
import { askOnce, completions, conversation, type Door, newConversations } from './client.ts'
import { setPace } from './processes.ts'

const CONNECTIONS = 32
const ROUNDS = 5
const SECONDS = 3

export type ShortAnswers = { name: string; perSecond: number; ratioToProxy: number }

/** Answers of ten tokens, sent by the model at once: what is measured is everything around it. */
export async function shortAnswers({ model, proxy, server, key }: Parts): Promise<ShortAnswers[]> {
  await setPace(model, { firstTokenMs: 0, tokensPerSecond: 0, answerTokens: 10 })
  const asked = { model: 'sandbox-main', stream: false }
  const ids = await newConversations(server.url, key, CONNECTIONS)
  const every = (door: Door) => Array.from({ length: CONNECTIONS }, () => door)
  const lanes = [
    every(completions('bare pass-through proxy', `${proxy.url}/v1`, 'sk-sandbox', asked)),
    every(completions('Minato, /v1/chat/completions', `${server.url}/v1`, key, asked)),
    ids.map((id) => conversation(server.url, key, id)),
  ]
  const rates = lanes.map((): number[] => [])
  for (const lane of lanes) await perSecond(lane, 1)
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [index, lane] of lanes.entries()) rates[index]?.push(await perSecond(lane, SECONDS))
  }
  const [bare = []] = rates
  return lanes.map((lane, index) => {
    const own = rates[index] ?? []
    return {
      name: lane[0]?.name ?? '',
      perSecond: Math.round(median(own)),
      ratioToProxy: rounded(median(own.map((rate, turn) => rate / (bare[turn] ?? Number.NaN)))),
    }
  })
}

async function perSecond(lane: Door[], seconds: number): Promise<number> {
  const startedAt = performance.now()
  const until = startedAt + seconds * 1000
  let answers = 0
  const people = lane.map(async (door) => {
    while (performance.now() < until) {
      await askOnce(door)
      answers += 1
    }
  })
  await Promise.all(people)
  return (answers * 1000) / (performance.now() - startedAt)
}
