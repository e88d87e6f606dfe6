import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

type JsonObject = Record<string, unknown>

/** What a scenario file holds: which services misbehave how is data, not code. */
export type ScenarioFile = {
  service: string
  title: { en: string; ja: string }
  /** Facts of a request that `match` may name; each matches as a substring. */
  matches: string[]
  scenarios: ScenarioData[]
}

type ScenarioData = {
  name: string
  title: { en: string; ja: string }
  /** The stage of a conversation it acts at; only requests of that stage count. */
  at?: string
  does: JsonObject
}

export type ScenarioChange = {
  scenario?: unknown
  options?: unknown
  count?: unknown
  match?: unknown
}

type Active = {
  scenario: string
  options: JsonObject
  remaining: number | null
  match: Record<string, string>
}

type TakenScenario = { scenario: string; does: JsonObject }

/** Tells the caller what to send instead; the control API answers it as 400 or 404. */
export class ScenarioError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.name = 'ScenarioError'
    this.status = status
  }
}

export type ScenarioStore = {
  list(): (ScenarioFile & { active: Active })[]
  set(service: string, change: ScenarioChange): Active
  /** The behaviour for one request; counts it when the scenario is limited to some requests. */
  take(service: string, facts: Record<string, string>): TakenScenario
  reset(): void
}

const FOLDER = fileURLToPath(new URL('../scenarios/', import.meta.url))

export async function loadScenarioFiles(folder = FOLDER): Promise<ScenarioFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort()
  const files = names.map(async (name) => JSON.parse(await readFile(folder + name, 'utf8')))
  return (await Promise.all(files)) as ScenarioFile[]
}

export function createScenarioStore(files: ScenarioFile[]): ScenarioStore {
  const active = new Map<string, Active>()
  const reset = () => {
    for (const file of files) active.set(file.service, normal(file))
  }
  reset()

  function activeOf(file: ScenarioFile): Active {
    return active.get(file.service) ?? normal(file)
  }

  function take(service: string, facts: Record<string, string>): TakenScenario {
    const file = fileOf(files, service)
    const now = activeOf(file)
    const data = file.scenarios.find((candidate) => candidate.name === now.scenario)
    const here = data?.at === undefined || data.at === facts.at
    const fits = Object.entries(now.match).every(([fact, part]) => facts[fact]?.includes(part))
    if (!here || !fits) return { scenario: normal(file).scenario, does: {} }
    if (now.remaining !== null && --now.remaining <= 0) active.set(service, normal(file))
    return { scenario: now.scenario, does: { ...data?.does, ...now.options } }
  }

  return {
    list: () => files.map((file) => ({ ...file, active: activeOf(file) })),
    set(service, change) {
      const file = fileOf(files, service)
      const next = readChange(file, change)
      active.set(service, next)
      return next
    },
    take,
    reset,
  }
}

function normal(file: ScenarioFile): Active {
  const scenario = file.scenarios[0]?.name ?? 'normal'
  return { scenario, options: {}, remaining: null, match: {} }
}

function fileOf(files: ScenarioFile[], service: string): ScenarioFile {
  const file = files.find((candidate) => candidate.service === service)
  if (!file) {
    const known = files.map((candidate) => candidate.service).join(', ')
    throw new ScenarioError(404, `There is no service "${service}". Take one of: ${known}.`)
  }
  return file
}

function readChange(file: ScenarioFile, change: ScenarioChange): Active {
  const data = file.scenarios.find((candidate) => candidate.name === change.scenario)
  if (!data) {
    const known = file.scenarios.map((candidate) => candidate.name).join(', ')
    throw new ScenarioError(400, `"scenario" must be one of: ${known}.`)
  }
  const { count } = change
  if (count !== undefined && (typeof count !== 'number' || !Number.isInteger(count) || count < 1)) {
    throw new ScenarioError(400, '"count" must be an integer of at least 1, or be left out.')
  }
  return {
    scenario: data.name,
    options: readOptions(data.does, change.options),
    remaining: typeof count === 'number' ? count : null,
    match: readMatch(file, change.match),
  }
}

function readOptions(does: JsonObject, value: unknown): JsonObject {
  const options: JsonObject = {}
  for (const [key, option] of entriesOf(value, 'options')) {
    if (!Object.hasOwn(does, key)) {
      const known = Object.keys(does).join(', ')
      throw new ScenarioError(400, `Unknown option "${key}". This scenario takes: ${known}.`)
    }
    const type = does[key] === null ? 'number' : typeof does[key]
    const fits = typeof option === type || (option === null && does[key] === null)
    if (!fits || (type === 'number' && Number(option) < 0)) {
      throw new ScenarioError(400, `Option "${key}" must be a ${type}, not negative.`)
    }
    options[key] = option
  }
  return options
}

function readMatch(file: ScenarioFile, value: unknown): Record<string, string> {
  const match: Record<string, string> = {}
  for (const [key, part] of entriesOf(value, 'match')) {
    if (!file.matches.includes(key) || typeof part !== 'string') {
      const known = file.matches.join(', ')
      throw new ScenarioError(400, `"match" takes strings for: ${known}.`)
    }
    match[key] = part
  }
  return match
}

function entriesOf(value: unknown, name: string): [string, unknown][] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new ScenarioError(400, `"${name}" must be an object.`)
  }
  return Object.entries(value)
}
