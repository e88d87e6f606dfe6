import type { z } from 'zod'

/** What an answer must show: each text occurs, a pattern matches, or a function says so. */
export type Expectation = string | readonly string[] | RegExp | ((output: string) => boolean)
export type EvaluationCase<Input> = { input: Input; expect: Expectation }

export type Prompt<S extends z.ZodObject = z.ZodObject> = {
  /** `<app>.<purpose>`, e.g. `chatbot.title`. */
  name: string
  /** Raised with every change of the template: an override says which version it replaced. */
  version: number
  template: string
  schema: S
  evaluation: readonly EvaluationCase<z.input<S>>[]
}

const NAME = /^[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)+$/
const SLOT = /\{\{\s*(\w+)\s*\}\}/g

/**
 * A prompt with a name, a version, typed inputs and the cases it is judged by. `{{name}}` in the
 * template stands for an input. Throws when template and schema do not fit.
 *
 * @example
 * const title = definePrompt({
 *   name: 'chatbot.title',
 *   version: 1,
 *   template: 'Write a title of at most 20 characters for: {{question}}',
 *   schema: z.object({ question: z.string() }),
 *   evaluation: [{ input: { question: '出荷の手順は？' }, expect: /出荷/ }],
 * })
 */
export function definePrompt<S extends z.ZodObject>(prompt: Prompt<S>): Prompt<S> {
  if (!NAME.test(prompt.name))
    throw new Error(`Prompt name "${prompt.name}" must be <app>.<purpose>.`)
  if (!Number.isInteger(prompt.version) || prompt.version < 1)
    throw new Error(`Prompt "${prompt.name}": version must be a whole number from 1.`)
  const problem = templateProblem(prompt.template, prompt.schema)
  if (problem !== undefined) throw new Error(`Prompt "${prompt.name}": ${problem}`)
  for (const { input } of prompt.evaluation) prompt.schema.parse(input)
  return Object.freeze(prompt)
}

/** Names of the inputs a template uses. */
function slotsOf(template: string): string[] {
  return [...new Set([...template.matchAll(SLOT)].map((match) => match[1] ?? ''))]
}

/** Why a template cannot be rendered with the inputs of a schema, or undefined. */
export function templateProblem(template: string, schema: z.ZodObject): string | undefined {
  const known = Object.keys(schema.shape)
  const unknown = slotsOf(template).filter((slot) => !known.includes(slot))
  if (unknown.length === 0) return undefined
  const offered = known.map((name) => `{{${name}}}`).join(', ') || 'none'
  return `{{${unknown.join('}}, {{')}}} is no input. Inputs: ${offered}.`
}

/**
 * Fills a template. Inputs are put in once and never read as template again: an input that contains
 * `{{…}}` stays what it is.
 */
export function fillTemplate(template: string, inputs: Record<string, unknown>): string {
  return template.replace(SLOT, (_, name: string) => {
    const value = inputs[name]
    if (value === undefined || value === null) return ''
    return typeof value === 'string' ? value : JSON.stringify(value)
  })
}
