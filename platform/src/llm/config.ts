import { z } from 'zod'
import {
  amount,
  bool,
  defineConfig,
  duration,
  integer,
  list,
  url,
  type Values,
  variable,
} from '../config/index.ts'
import { priceTable } from './prices.ts'

const none = z.literal('none').transform(() => null)
const name = z.string().trim().min(1).max(200)

/** Where the models are, which lane uses which, and how much of them each user may have. */
export const llmConfig = defineConfig({
  url: variable('LLM_URL', url('https', 'http').optional(), {
    describe: 'base of an OpenAI-compatible server; ends in /v1',
    example: 'https://api.openai.com/v1',
  }),
  apiKey: variable('LLM_API_KEY', z.string().min(1).optional(), {
    describe: 'key of the model server; leave out where it needs none',
    secret: true,
  }),
  model: variable('LLM_MODEL', name.optional(), { describe: 'model of every lane not set below' }),
  laneLite: variable('LLM_LANE_LITE', name.optional(), { describe: 'model of the lane lite' }),
  laneMain: variable('LLM_LANE_MAIN', name.optional(), { describe: 'model of the lane main' }),
  lanePro: variable('LLM_LANE_PRO', name.optional(), { describe: 'model of the lane pro' }),
  fallbackModel: variable('LLM_FALLBACK_MODEL', name.optional(), {
    describe: 'model that answers when the one asked for is away, limited or unknown',
  }),
  models: variable('LLM_MODELS', list.default([]), {
    describe: 'further models people may choose, besides those of the lanes',
  }),
  embedModel: variable('LLM_EMBED_MODEL', name.optional(), { describe: 'model for embeddings' }),
  files: variable('LLM_FILES', bool.optional(), {
    describe: 'whether the models take files (PDF); unset: known servers only',
  }),
  images: variable('LLM_IMAGES', bool.default(true), {
    describe: 'whether the models take pictures',
  }),
  contextTokens: variable('LLM_CONTEXT_TOKENS', integer(512, 10_000_000).default(32_000), {
    describe: 'tokens of question and answer together that the models take',
  }),
  maxOutputTokens: variable('LLM_MAX_OUTPUT_TOKENS', integer(16, 1_000_000).default(4096), {
    describe: 'longest answer where the caller names none; so much is reserved from the budget',
  }),
  prices: variable('LLM_PRICES', priceTable.default({}), {
    describe: 'JSON: model → {"in": USD, "out": USD} for one million tokens',
    example: '{"gpt-5-mini":{"in":0.25,"out":2}}',
  }),
  monthlyCapUsd: variable('LLM_MONTHLY_CAP_USD', z.union([none, amount]).default(20), {
    describe: 'money a user may spend in a month, in USD, or "none"',
  }),
  monthlyCapTokens: variable(
    'LLM_MONTHLY_CAP_TOKENS',
    z.union([none, integer(0, Number.MAX_SAFE_INTEGER)]).default(20_000_000),
    { describe: 'tokens a user may spend in a month, or "none"' },
  ),
  timeoutMs: variable('LLM_TIMEOUT', duration.default(300_000), {
    describe: 'longest a call may take, retries included',
  }),
  firstTokenTimeoutMs: variable('LLM_FIRST_TOKEN_TIMEOUT', duration.default(60_000), {
    describe: 'longest wait for the first token of a stream',
  }),
  idleTimeoutMs: variable('LLM_IDLE_TIMEOUT', duration.default(30_000), {
    describe: 'longest silence in the middle of a stream',
  }),
  retries: variable('LLM_RETRIES', integer(0, 5).default(2), {
    describe: 'further attempts before the first byte',
  }),
  concurrency: variable('LLM_CONCURRENCY', integer(1, 100_000).default(1200), {
    describe: 'calls at once in one process',
  }),
  userConcurrency: variable('LLM_USER_CONCURRENCY', integer(1, 100_000).default(24), {
    describe: 'calls at once of one user in one process',
  }),
  queueMs: variable('LLM_QUEUE', duration.default(15_000), {
    describe: 'longest wait for a free place or for reserved budget',
  }),
})

export type LlmConfig = Values<typeof llmConfig.variables>
