import type { LlmConfig } from './config.ts'
import { type Capabilities, capabilitiesOf, type LaneSetting } from './lanes.ts'
import type { Price, Prices } from './prices.ts'
import type { Lane } from './types.ts'

/** A model that people may choose. */
export type ModelOffer = Capabilities & {
  id: string
  /** Lanes it serves; empty for a model that is only in LLM_MODELS. */
  lanes: Lane[]
  /** USD for one million tokens; null: unknown, so its cost shows as 0. */
  price: Price | null
}

/** The models of the lanes and of LLM_MODELS, each once. */
export function modelOffers(
  settings: ReadonlyMap<Lane, LaneSetting>,
  config: LlmConfig,
  prices: Prices,
): ModelOffer[] {
  const lanes = [...settings.values()]
  const names = new Set([...lanes.map((setting) => setting.model), ...config.models])
  names.delete('')
  return [...names].map((id) => {
    const serving = lanes.filter((setting) => setting.model === id)
    const setting = serving.find((candidate) => candidate.lane === 'main') ?? serving[0]
    const { files, images, contextTokens, maxOutputTokens } = setting ?? capabilitiesOf(id, config)
    return {
      id,
      lanes: serving.map((candidate) => candidate.lane),
      price: prices.find(id) ?? null,
      files,
      images,
      contextTokens,
      maxOutputTokens,
    }
  })
}
