import type { Kysely } from 'kysely'
import type { z } from 'zod'
import { sqlState, transact } from '../../data/index.ts'
import type { Actor, AuditDoor } from '../lanes.ts'
import type { LlmTables } from '../tables.ts'
import { fillTemplate, type Prompt, templateProblem } from './define-prompt.ts'
import { promptErrors } from './errors.ts'
import { lineDiff } from './line-diff.ts'

export type PromptSetting = {
  name: string
  version: number
  /** The wording that holds now. */
  template: string
  /** The wording that came with the release. */
  builtIn: string
  inputs: string[]
  cases: number
  override: { at: Date; by: string; baseVersion: number; diff: string; outdated: boolean } | null
}
export type PromptChange = {
  at: Date
  by: string
  baseVersion: number
  template: string
  diff: string
  withdrawnAt: Date | null
  withdrawnBy: string | null
}
export type Rendered = { text: string; name: string; version: number; overridden: boolean }

type Current = { template: string; at: Date; by: string; baseVersion: number; diff: string }
type Deps = { db: Kysely<unknown>; clock: () => number; audit: AuditDoor | undefined }

/** An override reaches every process within 5 s. */
const FRESH_MS = 4000
/** From this age on they are read again beside the answer that asks for them. */
const RENEW_MS = 2000

/**
 * The prompts of all apps, and operators' wording of them.
 */
export function createPrompts(deps: Deps) {
  const db = deps.db.withTables<LlmTables>()
  const prompts = new Map<string, Prompt>()
  const current = createCurrent(db)

  function known(name: string): Prompt {
    const prompt = prompts.get(name)
    if (prompt === undefined) throw promptErrors.PROMPT_UNKNOWN({ name: name.slice(0, 100) })
    return prompt
  }

  return {
    known,
    /** Makes a prompt known; the same prompt may be given again, another of its name may not. */
    register(...added: readonly Prompt[]): void {
      for (const prompt of added) {
        const before = prompts.get(prompt.name)
        if (before !== undefined && before !== prompt)
          throw new Error(`Two prompts are named "${prompt.name}".`)
        prompts.set(prompt.name, prompt)
      }
    },

    /** The text of a prompt for the given inputs, in an operator's wording where there is one. */
    async render<S extends z.ZodObject>(prompt: Prompt<S>, inputs: z.input<S>): Promise<Rendered> {
      prompts.set(prompt.name, prompt)
      const override = (await current.get()).get(prompt.name)
      const text = fillTemplate(override?.template ?? prompt.template, prompt.schema.parse(inputs))
      const { name, version } = prompt
      return { text, name, version, overridden: override !== undefined }
    },

    async list(): Promise<PromptSetting[]> {
      const overrides = await current.read()
      return [...prompts.values()]
        .map((prompt) => settingOf(prompt, overrides.get(prompt.name)))
        .sort((a, b) => a.name.localeCompare(b.name))
    },

    history: (name: string) => historyOf(db, known(name).name),
    ...createChanges(deps, db, current, known),
  }
}

export type PromptRegistry = ReturnType<typeof createPrompts>

/** What operators do to prompts. */
function createChanges(
  deps: Deps,
  db: Kysely<LlmTables>,
  current: ReturnType<typeof createCurrent>,
  known: (name: string) => Prompt,
) {
  return {
    /** Replaces the wording; the one before stays in the history. */
    async override(name: string, template: string, actor: Actor): Promise<PromptSetting> {
      const prompt = known(name)
      refuseWrong(template, prompt)
      const before = (await current.read()).get(name)?.template ?? prompt.template
      const diff = lineDiff(before, template)
      await store(db, { prompt, template, diff, actor, now: new Date(deps.clock()) })
      await audit(deps.audit, 'llm.prompt.override', name, actor, diff)
      return settingOf(prompt, (await current.read()).get(name))
    },

    /** Back to the wording that came with the release. */
    async restore(name: string, actor: Actor): Promise<PromptSetting> {
      const prompt = known(name)
      await withdraw(db, name, actor.id, new Date(deps.clock()))
      await audit(deps.audit, 'llm.prompt.restore', name, actor)
      return settingOf(prompt, (await current.read()).get(name))
    },
  }
}

async function historyOf(db: Kysely<LlmTables>, name: string): Promise<PromptChange[]> {
  const rows = await db
    .selectFrom('minato.prompt_overrides')
    .selectAll()
    .where('name', '=', name)
    .orderBy('id', 'desc')
    .limit(100)
    .execute()
  return rows.map((row) => ({
    at: row.at,
    by: row.by_user,
    baseVersion: row.base_version,
    template: row.template,
    diff: row.diff,
    withdrawnAt: row.withdrawn_at,
    withdrawnBy: row.withdrawn_by,
  }))
}

function refuseWrong(template: string, prompt: Prompt): void {
  const offered = Object.keys(prompt.schema.shape)
    .map((input) => `{{${input}}}`)
    .join(', ')
  const problem =
    template.trim() === '' ? 'The template is empty.' : templateProblem(template, prompt.schema)
  if (problem !== undefined) throw promptErrors.PROMPT_TEMPLATE_WRONG({ problem, offered })
}

function settingOf(prompt: Prompt, override: Current | undefined): PromptSetting {
  const { name, version } = prompt
  return {
    name,
    version,
    template: override?.template ?? prompt.template,
    builtIn: prompt.template,
    inputs: Object.keys(prompt.schema.shape),
    cases: prompt.evaluation.length,
    override:
      override === undefined
        ? null
        : {
            at: override.at,
            by: override.by,
            baseVersion: override.baseVersion,
            diff: override.diff,
            // The built-in wording has moved on since: somebody should look.
            outdated: override.baseVersion !== version,
          },
  }
}

function createCurrent(db: Kysely<LlmTables>) {
  let cached: { at: number; overrides: Map<string, Current> } | undefined
  let reading: Promise<Map<string, Current>> | undefined
  async function read(): Promise<Map<string, Current>> {
    const rows = await db
      .selectFrom('minato.prompt_overrides')
      .selectAll()
      .where('withdrawn_at', 'is', null)
      .execute()
    const overrides = new Map<string, Current>()
    for (const { name, template, at, by_user: by, base_version: baseVersion, diff } of rows)
      overrides.set(name, { template, at, by, baseVersion, diff })
    cached = { at: performance.now(), overrides }
    return overrides
  }
  return {
    read,
    get(): Map<string, Current> | Promise<Map<string, Current>> {
      const age = cached === undefined ? Number.POSITIVE_INFINITY : performance.now() - cached.at
      if (cached !== undefined && age < RENEW_MS) return cached.overrides
      reading ??= read().finally(() => {
        reading = undefined
      })
      if (cached === undefined || age >= FRESH_MS) return reading
      // Nobody waits for it: should it fail, whoever comes when it is too old hears of it.
      reading.catch(() => undefined)
      return cached.overrides
    },
  }
}

type Change = { prompt: Prompt; template: string; diff: string; actor: Actor; now: Date }

async function store(db: Kysely<LlmTables>, change: Change): Promise<void> {
  const { prompt, template, diff, actor, now } = change
  try {
    await transact(db, async (tx) => {
      await withdraw(tx, prompt.name, actor.id, now)
      await tx
        .insertInto('minato.prompt_overrides')
        .values({
          name: prompt.name,
          base_version: prompt.version,
          template,
          diff,
          at: now,
          by_user: actor.id,
          withdrawn_at: null,
          withdrawn_by: null,
        })
        .execute()
    })
  } catch (error) {
    // Only one wording of a name may hold: the unique index refused the second.
    if (sqlState(error) === '23505') throw promptErrors.PROMPT_CHANGED({}, { cause: error })
    throw error
  }
}

async function withdraw(db: Kysely<LlmTables>, name: string, by: string, now: Date): Promise<void> {
  await db
    .updateTable('minato.prompt_overrides')
    .set({ withdrawn_at: now, withdrawn_by: by })
    .where('name', '=', name)
    .where('withdrawn_at', 'is', null)
    .execute()
}

async function audit(
  log: AuditDoor | undefined,
  action: string,
  name: string,
  actor: Actor,
  diff?: string,
): Promise<void> {
  const { id: actorId, email: actorEmail, ip, requestId } = actor
  const metadata = diff === undefined ? {} : { metadata: { diff: diff.slice(0, 4000) } }
  await log?.record({
    actorId,
    actorEmail,
    ip,
    requestId,
    action,
    target: `prompt:${name}`,
    ...metadata,
  })
}
