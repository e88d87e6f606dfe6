import type { z } from 'zod'
import { type ChatDeps, chatAnswer } from './chat.ts'
import { llmErrors } from './errors.ts'
import { jsonSchemaOf } from './json-schema.ts'
import type { CallOptions, ChatRequest } from './types.ts'

/** An answer longer than this is not shown to the model again for its repair. */
const REPAIR_MAX_CHARS = 20_000
const FENCED = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/i

/**
 * An answer that follows a schema: the server is given the JSON Schema, the answer is checked by
 * zod, and what does not fit goes back once with the list of what is wrong. See `Llm.object`.
 */
export async function answerObject<S extends z.ZodType>(
  deps: ChatDeps,
  schema: S,
  request: ChatRequest,
  call: CallOptions,
): Promise<z.output<S>> {
  const json = jsonSchemaOf(schema)
  const asked: ChatRequest = {
    ...request,
    messages: withSchema(request, json),
    responseFormat: request.responseFormat ?? {
      type: 'json-schema',
      name: call.purpose.replace(/[^\w-]/g, '_').slice(0, 64) || 'answer',
      schema: json,
    },
  }
  const first = await chatAnswer(deps, asked, call)
  const read = readObject(first.text, schema)
  if ('value' in read) return read.value
  const repaired = await chatAnswer(deps, repairRequest(asked, first.text, read.problem), call)
  const second = readObject(repaired.text, schema)
  if ('value' in second) return second.value
  throw llmErrors.LLM_BAD_ANSWER({}, { cause: new Error(second.problem) })
}

/**
 * Said in words too: servers without structured output only know what they read. The word "JSON"
 * must stand in the messages anyway, or the JSON mode of some servers refuses them.
 */
function withSchema(request: ChatRequest, schema: Record<string, unknown>) {
  const content = `Answer with JSON only, no other text, following this JSON Schema:\n${JSON.stringify(schema)}`
  const [first, ...rest] = request.messages
  if (first?.role === 'system' && typeof first.content === 'string')
    return [{ ...first, content: `${first.content}\n\n${content}` }, ...rest]
  return [{ role: 'system' as const, content }, ...request.messages]
}

function repairRequest(request: ChatRequest, text: string, problem: string): ChatRequest {
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant', content: text.slice(0, REPAIR_MAX_CHARS) },
      {
        role: 'user',
        content: `That does not follow the schema:\n${problem}\nAnswer again with the corrected JSON only.`,
      },
    ],
  }
}

function readObject<S extends z.ZodType>(
  text: string,
  schema: S,
): { value: z.output<S> } | { problem: string } {
  let value: unknown
  try {
    value = JSON.parse(FENCED.exec(text)?.[1] ?? text)
  } catch {
    return { problem: '- It is not valid JSON.' }
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return { value: parsed.data }
  const issues = parsed.error.issues.slice(0, 20)
  return {
    problem: issues.map((i) => `- ${i.path.join('.') || '(root)'}: ${i.message}`).join('\n'),
  }
}
