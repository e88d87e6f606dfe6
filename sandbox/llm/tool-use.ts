import { createHash } from 'node:crypto'
import type { ChatMessage, ChatRequest, ToolCall, ToolDefinition } from './chat-request.ts'
import { instanceOf } from './json-instance.ts'
import { isObject } from './json-object.ts'
import { saidBy } from './recollection.ts'

const SEARCH =
  /(?:search(?: the web)?(?: for)?|look up|google|find(?: information)?(?: about| on)?)\s*[:「"“']?\s*(.+?)[」"”']?[.?!]?$/i
const SEARCH_JA =
  /[「『]?([^「」『』、。\n]+?)[」』]?(?:について|に関して|を|で)?(?:ウェブ|ネット|web)?(?:で|を)?(?:検索|調べ|探し)/i
const SEARCH_TOOL = /search|find|lookup|query|retriev|検索/i

/** Results that came after the person's last words: the model should answer with them. */
export function toolResultsOf(messages: ChatMessage[]): string[] {
  const lastUser = messages.findLastIndex((message) => message.role === 'user')
  return messages
    .slice(lastUser + 1)
    .filter((message) => message.role === 'tool')
    .map((message) => message.texts.join('\n'))
}

/** The call a person's words ask for, or null when words are the better answer. */
export function chooseToolCall(request: ChatRequest): ToolCall | null {
  const { tools, toolChoice, messages } = request
  if (tools.length === 0 || toolChoice === 'none') return null
  const forced = typeof toolChoice === 'object' ? toolChoice.name : null
  if (toolChoice === 'auto' && toolResultsOf(messages).length > 0) return null
  const last = messages.findLast((message) => message.role === 'user')
  const said = last ? saidBy(last) : ''
  const query = (SEARCH_JA.exec(said) ?? SEARCH.exec(said))?.[1]?.trim() ?? null
  const tool =
    tools.find((candidate) => candidate.name === forced) ??
    fittingTool(tools, said, query) ??
    (toolChoice === 'required' ? tools[0] : undefined)
  return tool ? toolCall(tool.name, argumentsFor(tool, said, query)) : null
}

export function toolCall(name: string, args: string): ToolCall {
  const digest = createHash('sha256').update(`${name}\n${args}`).digest('hex')
  return { id: `call_${digest.slice(0, 24)}`, name, arguments: args }
}

function fittingTool(tools: ToolDefinition[], said: string, query: string | null) {
  const named = tools.find((tool) => new RegExp(`\\b${tool.name}\\b`, 'i').test(said))
  if (named) return named
  if (query !== null) {
    const search = tools.find((tool) => SEARCH_TOOL.test(`${tool.name} ${tool.description}`))
    if (search) return search
  }
  // `get_weather` fits "what is the weather in Kobe": a word of the name that carries meaning.
  return tools.find((tool) =>
    tool.name
      .toLowerCase()
      .split(/[_-]|(?<=[a-z])(?=[A-Z])/)
      .some((word) => word.length > 3 && new RegExp(`\\b${word}\\b`, 'i').test(said)),
  )
}

/** JSON given by the person wins; else the schema is filled from the words. */
function argumentsFor(tool: ToolDefinition, said: string, query: string | null): string {
  const given = /\{[\s\S]*\}/.exec(said)?.[0]
  if (given) {
    try {
      const parsed: unknown = JSON.parse(given)
      if (isObject(parsed)) return JSON.stringify(parsed)
    } catch {
      // Braces that are no JSON are ordinary words.
    }
  }
  return JSON.stringify(instanceOf(tool.parameters, { text: query ?? said, onlyRequired: true }))
}
