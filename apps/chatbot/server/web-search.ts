import { randomBytes } from 'node:crypto'
import type { CallOptions, ChatEvent, ChatRequest, Message, ToolCall } from '@minato/platform/llm'
import { delimit, delimiterNotice } from '@minato/platform/llm'
import { z } from 'zod'
import type { Source } from './live-answer.ts'
import type { ChatbotServices } from './write-answer.ts'

const MAX_ROUNDS = 3
const MAX_RESULTS = 5

const toolInput = z.object({ query: z.string().min(1).max(200) })
const searchAnswer = z.object({ results: z.array(z.unknown()) })
/** An entry of another form, or one that leads elsewhere than to the web, is left out. */
const searchResult = z.object({
  title: z.string(),
  url: z.url({ protocol: /^https?$/ }),
  content: z.string().default(''),
})
type Result = z.infer<typeof searchResult>

/**
 * Streams an answer and lets the model search the web on the way, where an operator configured a
 * search API and the person asked for it. Searching reads; no tool here changes anything.
 */
export async function* offerSearch(
  services: ChatbotServices,
  request: ChatRequest,
  call: CallOptions,
  /** What was found is added here. */
  sources: Source[],
): AsyncIterable<ChatEvent> {
  const messages = [...request.messages]
  for (let round = 0; ; round += 1) {
    const calls: ToolCall[] = []
    const last = round === MAX_ROUNDS
    const current = { ...request, messages, ...(last ? { toolChoice: 'none' as const } : {}) }
    for await (const event of services.llm.stream(current, call)) {
      if (event.type === 'toolCall') calls.push(event)
      else if (event.type !== 'done' || calls.length === 0) {
        if (event.type !== 'usage' || calls.length === 0) yield event
      }
    }
    if (calls.length === 0 || request.tools === undefined) return
    messages.push({ role: 'assistant', content: null, toolCalls: calls })
    for (const toolCall of calls) {
      messages.push(await search(services, toolCall, sources, call.signal))
    }
  }
}

async function search(
  services: ChatbotServices,
  toolCall: ToolCall,
  sources: Source[],
  signal: AbortSignal | undefined,
): Promise<Message> {
  const answer = (content: string): Message => ({ role: 'tool', toolCallId: toolCall.id, content })
  const { searchUrl } = services.appConfig
  const input = toolInput.safeParse(parseJson(toolCall.arguments))
  if (searchUrl === undefined || toolCall.name !== 'web_search' || !input.success) {
    return answer('This tool is not available.')
  }
  const results = await resultsOf(services, searchUrl, input.data.query, signal)
  if (results === undefined) return answer('The search failed.')
  for (const { title, url } of results) {
    if (!sources.some((source) => source.url === url)) sources.push({ title, url })
  }
  const nonce = randomBytes(16).toString('hex')
  const text = results.map((item) => `${item.title}\n${item.url}\n${item.content}`).join('\n\n')
  return answer(
    `${delimiterNotice(nonce)}\n${delimit(text, { provenance: 'web', name: 'search' }, nonce)}`,
  )
}

/** What the search API found; undefined when it failed: the model then answers without. */
async function resultsOf(
  services: ChatbotServices,
  searchUrl: string,
  query: string,
  signal: AbortSignal | undefined,
): Promise<Result[] | undefined> {
  const url = new URL(searchUrl)
  url.searchParams.set('q', query)
  url.searchParams.set('format', 'json')
  try {
    const response = await services.outbound.fetch(url, {
      trust: 'config',
      service: 'web-search',
      timeoutMs: 10_000,
      maxBytes: 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
    })
    if (!response.ok) throw new Error(`The search API answered ${response.status}.`)
    const { results } = searchAnswer.parse(await response.json())
    return results
      .flatMap((item) => {
        const result = searchResult.safeParse(item)
        return result.success ? [result.data] : []
      })
      .slice(0, MAX_RESULTS)
  } catch (error) {
    signal?.throwIfAborted()
    services.log.warn('chatbot.search_failed', { err: error })
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const SEARCH_TOOL = {
  name: 'web_search',
  description: 'Searches the web. Use it for recent facts.',
  parameters: toolInput,
}
