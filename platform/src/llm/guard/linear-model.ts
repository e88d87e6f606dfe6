import { Features } from './features.ts'
import trained from './weights.json' with { type: 'json' }

/** A linear model over hashed features: one weight a bucket, as signed bytes times a scale. */
export type LinearModel = { bias: number; scale: number; weights: Int8Array }

/** The model as it lies in weights.json, written by train.ts. */
export type StoredModel = { bias: number; scale: number; weights: string }

export function loadModel(stored: StoredModel): LinearModel {
  const bytes = Buffer.from(stored.weights, 'base64')
  return {
    bias: stored.bias,
    scale: stored.scale,
    weights: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  }
}

export const MODEL: LinearModel = loadModel(trained)

const features = new Features()

/**
 * Log-odds of an attack. Features count by the square root of their number, so that a long text does not
 * weigh more than a short one.
 */
export function logOdds(model: LinearModel, view: string): number {
  features.read(view)
  const { buckets, size } = features
  if (size === 0) return model.bias
  let sum = 0
  for (let at = 0; at < size; at++) sum += model.weights[buckets[at] ?? 0] ?? 0
  return model.bias + (sum * model.scale) / Math.sqrt(size)
}
