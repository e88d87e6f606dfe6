import { amount, bytes, defineConfig, integer, list, url, variable } from '@minato/platform/config'
import { z } from 'zod'

export const chatbotConfig = defineConfig({
  maxFileBytes: variable('CHATBOT_MAX_FILE_SIZE', bytes.default(5 * 1024 * 1024), {
    describe: 'largest file of a question',
    example: '5mb',
  }),
  maxFiles: variable('CHATBOT_MAX_FILES', integer(0, 20).default(5), {
    describe: 'most files a question may carry',
  }),
  models: variable('CHATBOT_MODELS', list.default([]), {
    describe: 'models people may choose besides the lane of the operator',
    example: 'gpt-5-mini,gpt-5',
  }),
  contextTokens: variable('CHATBOT_CONTEXT_TOKENS', integer(1000, 2_000_000).default(32_000), {
    describe: 'most tokens of a conversation that a model is given; older turns are left out',
  }),
  maxOutputTokens: variable('CHATBOT_MAX_OUTPUT_TOKENS', integer(16, 200_000).default(4096), {
    describe: 'longest answer, in tokens',
  }),
  systemPrompt: variable('CHATBOT_SYSTEM_PROMPT', z.string().optional(), {
    describe: 'replaces the built-in instructions of the assistant',
  }),
  searchUrl: variable('CHATBOT_SEARCH_URL', url('https', 'http').optional(), {
    describe: 'web search API (SearXNG JSON); without it there is no web search',
    example: 'https://search.example.com/search',
  }),
  warnRatio: variable('CHATBOT_WARN_RATIO', amount.default(0.8), {
    describe: 'share of the monthly cap from which people are warned',
  }),
})

export type ChatbotConfig = {
  maxFileBytes: number
  maxFiles: number
  models: string[]
  contextTokens: number
  maxOutputTokens: number
  systemPrompt: string | undefined
  searchUrl: string | undefined
  warnRatio: number
}
