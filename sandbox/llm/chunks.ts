import { type Completion, REFUSAL_TEXT } from './completion.ts'
import { tokenize } from './tokens.ts'

/**
 * A stream as the strings to send. The envelope is serialised once; each chunk is only its delta
 * between a prefix and a suffix, which keeps 20,000 chunks a second affordable.
 */
export type ChunkPlan = { opening: string; paced: Iterable<string>; count: number; closing: string }

export function planChunks(completion: Completion, includeUsage: boolean): ChunkPlan {
  const { id, created, model } = completion
  const head = JSON.stringify({
    id,
    object: 'chat.completion.chunk',
    created,
    model,
    service_tier: 'default',
    system_fingerprint: 'fp_sandbox',
  }).slice(0, -1)
  const tail = includeUsage ? ',"usage":null}\n\n' : '}\n\n'
  const prefix = `data: ${head},"choices":[{"index":0,"delta":`
  const suffix = `,"logprobs":null,"finish_reason":null}]${tail}`
  const deltas = deltasOf(completion)
  const finish = `${prefix}{},"logprobs":null,"finish_reason":"${completion.finishReason}"}]${tail}`
  const usage = includeUsage
    ? `data: ${head},"choices":[],"usage":${JSON.stringify(completion.usage)}}\n\n`
    : ''
  return {
    opening: `${prefix}${deltas.first}${suffix}`,
    paced: envelop(deltas.rest, prefix, suffix),
    count: deltas.rest.length,
    closing: `${finish}${usage}data: [DONE]\n\n`,
  }
}

function* envelop(deltas: string[], prefix: string, suffix: string): Generator<string> {
  for (const delta of deltas) yield prefix + delta + suffix
}

function deltasOf(completion: Completion): { first: string; rest: string[] } {
  const { toolCalls, refusal } = completion.answer
  if (refusal) {
    const rest = tokenize(REFUSAL_TEXT).map((token) => `{"refusal":${JSON.stringify(token)}}`)
    return { first: '{"role":"assistant","content":null,"refusal":""}', rest }
  }
  if (toolCalls.length === 0) {
    const rest = completion.tokens.map((token) => `{"content":${JSON.stringify(token)}}`)
    return { first: '{"role":"assistant","content":"","refusal":null}', rest }
  }
  const rest = toolCalls.flatMap((call, index) => [
    JSON.stringify({
      tool_calls: [
        { index, id: call.id, type: 'function', function: { name: call.name, arguments: '' } },
      ],
    }),
    ...tokenize(call.arguments).map((token) =>
      JSON.stringify({ tool_calls: [{ index, function: { arguments: token } }] }),
    ),
  ])
  return { first: '{"role":"assistant","content":null,"refusal":null}', rest }
}
