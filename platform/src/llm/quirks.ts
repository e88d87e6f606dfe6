import type { Fault } from './fault.ts'

/** Something that "OpenAI-compatible" servers do not all take. */
export type Quirk =
  | 'no-stream-options'
  | 'max-completion-tokens'
  | 'no-max-tokens'
  | 'no-temperature'
  | 'no-json-schema'
  | 'no-json-object'
export type Quirks = ReadonlySet<Quirk>

type Sent = { stream: boolean; temperature: boolean; format: boolean; schema: boolean }

/**
 * The quirk that a refused request points to, or undefined. When the server does not say what it
 * dislikes, `stream_options` is the likeliest: older servers refuse every field they do not know.
 */
export function quirkBehind(fault: Fault, sent: Sent, known: Quirks): Quirk | undefined {
  const status = fault.upstream?.status
  if (status !== 400 && status !== 422) return undefined
  if (fault.code !== 'LLM_REQUEST_REFUSED') return undefined
  const words = fault.upstream?.message ?? ''
  if (/max_completion_tokens|max_tokens/.test(words)) {
    if (!known.has('max-completion-tokens')) return 'max-completion-tokens'
    return known.has('no-max-tokens') ? undefined : 'no-max-tokens'
  }
  if (sent.temperature && /temperature/i.test(words) && !known.has('no-temperature'))
    return 'no-temperature'
  if (sent.format && /response_format|json_schema|json_object|strict/i.test(words))
    return formatQuirk(sent, known)
  if (sent.stream && !known.has('no-stream-options')) return 'no-stream-options'
  return undefined
}

function formatQuirk(sent: Sent, known: Quirks): Quirk | undefined {
  if (sent.schema && !known.has('no-json-schema')) return 'no-json-schema'
  return known.has('no-json-object') ? undefined : 'no-json-object'
}

const NONE: Quirks = new Set()

/** What each model's server was found not to take; remembered once a request without it succeeded. */
export function createQuirkMemory() {
  const memory = new Map<string, Quirks>()
  return {
    of: (model: string): Quirks => memory.get(model) ?? NONE,
    remember(model: string, quirks: Quirks): void {
      if (quirks.size > 0) memory.set(model, quirks)
    },
  }
}

export type QuirkMemory = ReturnType<typeof createQuirkMemory>
