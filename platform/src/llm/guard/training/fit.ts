import { BUCKETS } from '../features.ts'
import type { StoredModel } from '../linear-model.ts'

export type Example = { features: readonly number[]; attack: boolean; weight: number }

const EPOCHS = 30
const LEARNING_RATE = 0.25
/** Pulls weights towards zero, so that a feature of one text cannot decide. */
const L2 = 4e-4

/** Mulberry32: the same training gives the same weights on every machine. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let value = Math.imul(state ^ (state >>> 15), 1 | state)
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
}

function shuffle<T>(items: T[], random: () => number): void {
  for (let at = items.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    const held = items[at] as T
    items[at] = items[other] as T
    items[other] = held
  }
}

/** Logistic regression by AdaGrad with L2; the bias is fitted, not penalised. */
export function fit(examples: readonly Example[]): StoredModel {
  const weights = new Float64Array(BUCKETS)
  const squares = new Float64Array(BUCKETS).fill(1e-6)
  let bias = 0
  let biasSquares = 1e-6
  const order = [...examples]
  const random = seeded(20_261_122)
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    shuffle(order, random)
    for (const { features, attack, weight } of order) {
      const norm = 1 / Math.sqrt(features.length || 1)
      let sum = bias
      for (const bucket of features) sum += (weights[bucket] ?? 0) * norm
      const error = weight * (1 / (1 + Math.exp(-sum)) - (attack ? 1 : 0))
      for (const bucket of features) {
        const gradient = error * norm + L2 * (weights[bucket] ?? 0)
        squares[bucket] = (squares[bucket] ?? 0) + gradient * gradient
        weights[bucket] =
          (weights[bucket] ?? 0) - (LEARNING_RATE * gradient) / Math.sqrt(squares[bucket] ?? 1)
      }
      biasSquares += error * error
      bias -= (LEARNING_RATE * error) / Math.sqrt(biasSquares)
    }
  }
  return quantise(weights, bias)
}

function quantise(weights: Float64Array, bias: number): StoredModel {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9)
  const scale = largest / 127
  const bytes = Int8Array.from(weights, (weight) => Math.round(weight / scale))
  return {
    bias: Number(bias.toFixed(5)),
    scale: Number(scale.toPrecision(6)),
    weights: Buffer.from(bytes.buffer).toString('base64'),
  }
}
