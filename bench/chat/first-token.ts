import { setTimeout as delay } from 'node:timers/promises'
import { quantile } from '../median.ts'
import type { Parts } from './bench.ts'
import { askOnce, completions, conversation, type Door, newConversations } from './client.ts'
import { setPace } from './processes.ts'

const CONCURRENT = 10
const ROUNDS = 6
const ANSWERS_PER_ROUND = 10
const TOKENS = 12
const TOKENS_PER_SECOND = 60
const ANSWER_MS = (TOKENS * 1000) / TOKENS_PER_SECOND

export type FirstToken = {
  name: string
  p50Ms: number
  p99Ms: number
  addedP50Ms: number
  addedP99Ms: number
}

/**
 * Ten answers are being written at every moment. Direct and through each door, in turns. The model
 * gives its first token at once: its clock ticks every 5 ms, and a pause before the token would
 * round what is measured here to that. People begin one after another, each asking again as soon as
 * answered; then, which is harder, all ten in the same moment, again and again.
 */
export async function firstToken({ model, server, key }: Parts): Promise<FirstToken[]> {
  await setPace(model, {
    firstTokenMs: 0,
    tokensPerSecond: TOKENS_PER_SECOND,
    answerTokens: TOKENS,
  })
  const asked = { model: 'sandbox-main', stream: true }
  const ids = await newConversations(server.url, key, CONCURRENT)
  const every = (door: Door) => Array.from({ length: CONCURRENT }, () => door)
  const lanes = [
    every(completions('model alone', model.llmUrl, 'sk-sandbox', asked)),
    every(completions('Minato, /v1/chat/completions', `${server.url}/v1`, key, asked)),
    ids.map((id) => conversation(server.url, key, id)),
  ]
  for (const lane of lanes) await round(lane, ANSWER_MS)
  return [
    ...(await compared(lanes, ANSWER_MS, '')),
    ...(await compared(lanes, 0, ', all in one moment')),
  ]
}

/** `withinMs`: in what time the ten begin. */
async function compared(lanes: Door[][], withinMs: number, how: string): Promise<FirstToken[]> {
  const times = lanes.map((): number[] => [])
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [index, lane] of lanes.entries())
      times[index]?.push(...(await round(lane, withinMs)))
  }
  const [alone = []] = times
  return lanes.map((lane, index) => {
    const own = times[index] ?? []
    return {
      name: `${lane[0]?.name ?? ''}${how}`,
      p50Ms: quantile(own, 0.5),
      p99Ms: quantile(own, 0.99),
      addedP50Ms: quantile(own, 0.5) - quantile(alone, 0.5),
      addedP99Ms: quantile(own, 0.99) - quantile(alone, 0.99),
    }
  })
}

async function round(lane: Door[], withinMs: number): Promise<number[]> {
  const times: number[] = []
  const people = lane.map(async (door, index) => {
    await delay((withinMs * index) / lane.length)
    for (let turn = 0; turn < ANSWERS_PER_ROUND; turn += 1) {
      times.push((await askOnce(door)).firstTokenMs)
    }
  })
  await Promise.all(people)
  return times
}
