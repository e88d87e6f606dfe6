import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { LlmConfig } from './config.ts'
import { llmErrors } from './errors.ts'
import type { LlmTables } from './tables.ts'
import { type ChatRequest, LANES, type Lane } from './types.ts'

/** What may be sent to a model. */
export type Capabilities = {
  files: boolean
  images: boolean
  contextTokens: number
  maxOutputTokens: number
}
export type LaneSetting = Capabilities & {
  lane: Lane
  model: string
  fallback: string | null
  source: 'configuration' | 'operator'
  updatedAt: Date | null
  updatedBy: string | null
}
/** Who changes something, for the audit log. */
export type Actor = {
  id: string
  email?: string | undefined
  ip?: string | undefined
  requestId?: string | undefined
}

/** The part of the audit log that is used here. */
export type AuditDoor = {
  record(entry: {
    actorId: string
    actorEmail?: string | undefined
    action: string
    target: string
    ip?: string | undefined
    requestId?: string | undefined
    metadata?: Record<string, unknown>
  }): Promise<void>
}

const modelName = z.string().trim().min(1).max(200)
/** What an operator may set; null and absent fall back to the configuration. */
export const laneChange = z.object({
  model: modelName,
  fallback: modelName.nullish(),
  files: z.boolean().nullish(),
  images: z.boolean().nullish(),
  maxOutputTokens: z.number().int().min(16).max(1_000_000).nullish(),
})
export type LaneChange = z.input<typeof laneChange>

/** An operator's change reaches every process within 5 s: rows older than this are read again. */
const FRESH_MS = 4000
/** From this age on they are read again beside the answer that asks for them. */
const RENEW_MS = 2000

type Row = LlmTables['minato.llm_lanes']
type Deps = {
  db: Kysely<unknown>
  clock: () => number
  config: LlmConfig
  audit: AuditDoor | undefined
}

/**
 * Which model serves which lane: an operator's choice, else the configuration.
 */
export function createLanes(deps: Deps) {
  const db = deps.db.withTables<LlmTables>()
  const { config } = deps
  const configured = configuredLanes(config)
  let cached: { at: number; settings: Map<Lane, LaneSetting> } | undefined
  let reading: Promise<Map<Lane, LaneSetting>> | undefined

  async function read(): Promise<Map<Lane, LaneSetting>> {
    const rows = await db.selectFrom('minato.llm_lanes').selectAll().execute()
    const settings = new Map(LANES.map((lane) => [lane, configured[lane]]))
    for (const row of rows) {
      const lane = LANES.find((name) => name === row.lane)
      if (lane !== undefined) settings.set(lane, overridden(row, lane, config))
    }
    cached = { at: performance.now(), settings }
    return settings
  }

  /** One read at a time, shared by all that wait for it. */
  function settings(): Map<Lane, LaneSetting> | Promise<Map<Lane, LaneSetting>> {
    const age = cached === undefined ? Number.POSITIVE_INFINITY : performance.now() - cached.at
    if (cached !== undefined && age < RENEW_MS) return cached.settings
    reading ??= read().finally(() => {
      reading = undefined
    })
    if (cached === undefined || age >= FRESH_MS) return reading
    // Nobody waits for it: should it fail, whoever comes when it is too old hears of it.
    reading.catch(() => undefined)
    return cached.settings
  }

  return {
    settings,
    /** At most 4 s old; a change made in this process shows at once. */
    async list(): Promise<LaneSetting[]> {
      return [...(await settings()).values()]
    },
    /** Changes a lane (or, with `null`, gives it back to the configuration) and audits it. */
    async set(lane: Lane, change: LaneChange | null, actor: Actor): Promise<LaneSetting> {
      const before = (await read()).get(lane)
      if (change === null)
        await db.deleteFrom('minato.llm_lanes').where('lane', '=', lane).execute()
      else await store(db, lane, laneChange.parse(change), new Date(deps.clock()), actor.id)
      const after = (await read()).get(lane) ?? configured[lane]
      await deps.audit?.record({
        actorId: actor.id,
        actorEmail: actor.email,
        ip: actor.ip,
        requestId: actor.requestId,
        action: change === null ? 'llm.lane.reset' : 'llm.lane.set',
        target: `lane:${lane}`,
        metadata: { before: brief(before), after: brief(after) },
      })
      return after
    },
  }
}

export type Lanes = ReturnType<typeof createLanes>

const brief = (setting: LaneSetting | undefined) =>
  setting && { model: setting.model, fallback: setting.fallback, files: setting.files }

async function store(
  db: Kysely<LlmTables>,
  lane: Lane,
  change: z.output<typeof laneChange>,
  now: Date,
  by: string,
): Promise<void> {
  const values = {
    model: change.model,
    fallback: change.fallback ?? null,
    files: change.files ?? null,
    images: change.images ?? null,
    max_output_tokens: change.maxOutputTokens ?? null,
    updated_at: now,
    updated_by: by,
  }
  await db
    .insertInto('minato.llm_lanes')
    .values({ lane, ...values })
    .onConflict((conflict) => conflict.column('lane').doUpdateSet(values))
    .execute()
}

function configuredLanes(config: LlmConfig): Record<Lane, LaneSetting> {
  const setting = (lane: Lane, model: string | undefined): LaneSetting => ({
    lane,
    model: model ?? config.model ?? '',
    fallback: config.fallbackModel ?? null,
    ...capabilitiesOf(model ?? config.model ?? '', config),
    source: 'configuration',
    updatedAt: null,
    updatedBy: null,
  })
  return {
    lite: setting('lite', config.laneLite),
    main: setting('main', config.laneMain),
    pro: setting('pro', config.lanePro),
  }
}

function overridden(row: Row, lane: Lane, config: LlmConfig): LaneSetting {
  const base = capabilitiesOf(row.model, config)
  return {
    lane,
    model: row.model,
    fallback: row.fallback,
    files: row.files ?? base.files,
    images: row.images ?? base.images,
    contextTokens: base.contextTokens,
    maxOutputTokens: row.max_output_tokens ?? base.maxOutputTokens,
    source: 'operator',
    updatedAt: row.updated_at,
    updatedBy: row.updated_by,
  }
}

/** Servers whose chat models take PDF files as message parts. Others: LLM_FILES=true. */
const TAKES_FILES = /^https:\/\/(api\.openai\.com|openrouter\.ai)\//

export function capabilitiesOf(model: string, config: LlmConfig): Capabilities {
  const known = model.startsWith('sandbox-') || TAKES_FILES.test(config.url ?? '')
  return {
    files: config.files ?? known,
    images: config.images,
    contextTokens: config.contextTokens,
    maxOutputTokens: config.maxOutputTokens,
  }
}

export type Resolved = Capabilities & { lane: Lane | null; models: [string, ...string[]] }

/** The models that may answer a request, in order. Throws when the model is not offered here. */
export function resolveModels(
  request: Pick<ChatRequest, 'lane' | 'model'>,
  settings: ReadonlyMap<Lane, LaneSetting>,
  config: LlmConfig,
): Resolved {
  const { model } = request
  const lanes = [...settings.values()]
  if (model === undefined) {
    const setting = settings.get(request.lane ?? 'main')
    if (setting === undefined || setting.model === '')
      throw llmErrors.LLM_NOT_CONFIGURED({ variable: 'LLM_MODEL' })
    return { ...setting, models: withFallback(setting.model, setting.fallback) }
  }
  const serving = lanes.filter((candidate) => candidate.model === model)
  const setting = serving.find((candidate) => candidate.lane === 'main') ?? serving[0]
  const offered =
    setting !== undefined ||
    config.models.includes(model) ||
    lanes.some((candidate) => candidate.fallback === model)
  if (!offered) throw llmErrors.LLM_MODEL_UNKNOWN({ model: model.slice(0, 80) })
  return {
    ...(setting ?? capabilitiesOf(model, config)),
    lane: setting?.lane ?? null,
    models: withFallback(model, setting?.fallback ?? config.fallbackModel ?? null),
  }
}

function withFallback(model: string, fallback: string | null): [string, ...string[]] {
  return fallback === null || fallback === model ? [model] : [model, fallback]
}
