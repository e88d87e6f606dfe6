import { readText } from './answer-reader.ts'
import { faultOfResponse } from './attempt.ts'
import { type ChatDeps, chatAnswer } from './chat.ts'
import { isLlmError, type LlmErrorCode } from './errors.ts'
import { errorObjectOf, Fault } from './fault.ts'
import { parseJson } from './parse-json.ts'
import type { Transport } from './transport.ts'

/** What is known of the key. Null: could not be told, because something before it failed. */
export type Probe = {
  accepted: boolean | null
  modelExists: boolean | null
  quotaLeft: boolean | null
  /** The model that was asked for, and the first fault met, if any. */
  model: string | null
  code: LlmErrorCode | 'ERROR' | null
  detail: { en: string; ja: string }
}

const LIST_TIMEOUT_MS = 10_000
const ANSWER_TIMEOUT_MS = 30_000
const LIST_MAX_BYTES = 8 * 1024 * 1024

const FINE = {
  en: 'The key is accepted, the model answers, and there is quota left.',
  ja: '接続キーは有効で、モデルが応答し、利用枠も残っています。',
}

/**
 * Proves the configured key once: GET /models tells whether key and model are known, an answer of a
 * few tokens whether there is quota. Costs next to nothing and is written into the ledger.
 */
export async function probeModel(deps: ChatDeps, transport: Transport): Promise<Probe> {
  const settings = await deps.lanes.settings()
  const model = settings.get('main')?.model || null
  const listed = await listModels(transport).catch((error: unknown) => error)
  if (listed instanceof Fault && listed.code === 'LLM_KEY_REFUSED')
    return failed(model, listed.toError(), { accepted: false })
  const list = Array.isArray(listed) ? (listed as string[]) : undefined
  try {
    await chatAnswer(
      deps,
      {
        messages: [{ role: 'user', content: 'Reply with: ok' }],
        lane: 'main',
        maxOutputTokens: 16,
      },
      { userId: 'system', app: 'minato', purpose: 'probe', timeoutMs: ANSWER_TIMEOUT_MS },
    )
  } catch (error) {
    return failed(model, error, knownFrom(error, list?.includes(model ?? '')))
  }
  return { accepted: true, modelExists: true, quotaLeft: true, model, code: null, detail: FINE }
}

type Known = Pick<Probe, 'accepted' | 'modelExists' | 'quotaLeft'>

/** What a failed answer still proves. */
function knownFrom(error: unknown, listed: boolean | undefined): Partial<Known> {
  const code = isLlmError(error) ? error.code : undefined
  const exists = listed === undefined ? {} : { modelExists: listed }
  if (code === 'LLM_KEY_REFUSED') return { accepted: false }
  if (code === 'LLM_QUOTA') return { accepted: true, quotaLeft: false, ...exists }
  if (code === 'LLM_MODEL_UNKNOWN') return { accepted: true, modelExists: false }
  if (code === 'LLM_RATE_LIMITED') return { accepted: true, ...exists }
  return listed === undefined ? {} : { accepted: true, ...exists }
}

function failed(model: string | null, error: unknown, known: Partial<Known>): Probe {
  const unknown = { accepted: null, modelExists: null, quotaLeft: null }
  if (isLlmError(error)) {
    const code = error.code as LlmErrorCode
    return { ...unknown, ...known, model, code, detail: error.detail }
  }
  const en = 'The probe itself failed; the cause is in the log.'
  const ja = '確認そのものに失敗しました。原因はログをご覧ください。'
  return { ...unknown, ...known, model, code: 'ERROR', detail: { en, ja } }
}

/** Names of the server's models. Throws a Fault when it has no such list. */
export async function listModels(transport: Transport): Promise<string[]> {
  const signal = AbortSignal.timeout(LIST_TIMEOUT_MS)
  const response = await transport('/models', { method: 'GET', signal })
  if (response.status !== 200) throw await faultOfResponse(response, '')
  const body = parseJson(await readText(response, LIST_MAX_BYTES))
  const data = typeof body === 'object' && body !== null && 'data' in body ? body.data : body
  if (!Array.isArray(data)) throw new Fault('LLM_BAD_ANSWER', { upstream: upstreamOf(body) })
  return data.flatMap((item: unknown) =>
    typeof item === 'object' && item !== null && 'id' in item ? [String(item.id)] : [],
  )
}

const upstreamOf = (body: unknown) => ({ message: errorObjectOf(body)?.message ?? 'no model list' })
