import { setTimeout as delay } from 'node:timers/promises'
import type { Parts } from './bench.ts'
import { askOnce, completions, conversation, type Door, newConversations } from './client.ts'
import { setPace } from './processes.ts'

const CONCURRENT = 10
const ROUNDS = 6
const ANSWERS_PER_ROUND = 10
/**
 * The sandbox model's clock ticks every 5 ms. Asked in step with it, a delay of 1 ms shows as 5 and
 * one of 4 as 0: each question is sent at a moment of its own.
 */
const CLOCK_MS = 5

export type FirstToken = {
  name: string
  p50Ms: number
  p99Ms: number
  addedP50Ms: number
  addedP99Ms: number
}

/** Ten people at once; the model itself takes 50 ms. Direct and through each door, in turns. */
export async function firstToken({ model, server, key }: Parts): Promise<FirstToken[]> {
  await setPace(model, { firstTokenMs: 0, tokensPerSecond: 60, answerTokens: 12 })
  const asked = { model: 'sandbox-main', stream: true }
  const ids = await newConversations(server.url, key, CONCURRENT)
  const every = (door: Door) => Array.from({ length: CONCURRENT }, () => door)
  const lanes = [
    every(completions('model alone', model.llmUrl, 'sk-sandbox', asked)),
    every(completions('Minato, /v1/chat/completions', `${server.url}/v1`, key, asked)),
    ids.map((id) => conversation(server.url, key, id)),
  ]
  const times = lanes.map((): number[] => [])
  for (const lane of lanes) await round(lane)
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    for (const [index, lane] of lanes.entries()) times[index]?.push(...(await round(lane)))
  }
  const [alone = []] = times
  return lanes.map((lane, index) => {
    const own = times[index] ?? []
    return {
      name: lane[0]?.name ?? '',
      p50Ms: quantile(own, 0.5),
      p99Ms: quantile(own, 0.99),
      addedP50Ms: quantile(own, 0.5) - quantile(alone, 0.5),
      addedP99Ms: quantile(own, 0.99) - quantile(alone, 0.99),
    }
  })
}

async function round(lane: Door[]): Promise<number[]> {
  const times: number[] = []
  const people = lane.map(async (door) => {
    for (let turn = 0; turn < ANSWERS_PER_ROUND; turn += 1) {
      await delay(Math.random() * CLOCK_MS)
      times.push((await askOnce(door)).firstTokenMs)
    }
  })
  await Promise.all(people)
  return times
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
