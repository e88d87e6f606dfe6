import { join } from 'node:path'
import { z } from 'zod'
import { COMPOSE, type ComposeProject, run } from './compose.ts'
import { deployErrors } from './errors.ts'
import type { Answer, Half, Part, Ran } from './host.ts'
import type { Question } from './probe.ts'
import { type ProbeClient, startProbe } from './probe-client.ts'
import type { Color } from './record.ts'
import { colorIn } from './upstream.ts'

const container = z.object({
  ID: z.string(),
  State: z.string(),
  Labels: z.string(),
})
export type Container = z.infer<typeof container>

/** `docker compose` on one project, and the probe in its network. */
export type Engine = {
  project: ComposeProject
  /** nginx's include that names the color in service. */
  upstream: string
  compose(args: readonly string[], half?: Half, stdin?: string): Promise<Ran>
  /** @throws {MinatoError} DEPLOY_STACK with what compose said. */
  must(args: readonly string[], half?: Half): Promise<Ran>
  list(color: Color, part: Part): Promise<Container[]>
  ask(to: Question['to'], path: string): Promise<Answer[]>
  close(): Promise<void>
}

const SAID_LINES = 3

export function openEngine(project: ComposeProject): Engine {
  const upstream = join(project.folder, 'nginx/upstream/upstream.conf')
  let probe: ProbeClient | undefined
  const compose: Engine['compose'] = async (args, half, stdin) =>
    await run('docker', [...COMPOSE, ...args], {
      ...{ cwd: project.folder, env: envFor(project, half), stdin },
    })
  const must: Engine['must'] = async (args, half) => {
    const ran = await compose(args, half)
    if (ran.code === 0) return ran
    const reason = `docker compose ${args.join(' ')}: ${lastWords(ran)}`
    throw deployErrors.DEPLOY_STACK({ reason })
  }
  return {
    project,
    upstream,
    compose,
    must,
    async list(color, part) {
      const { stdout } = await must(['ps', '--all', '--format', 'json', `${part}-${color}`])
      return containersIn(stdout)
    },
    async ask(to, path) {
      if (probe === undefined || !probe.alive()) {
        // Of the release in service: one that is known to start.
        const args = ['run', '--rm', '--no-deps', '-T', `web-${colorIn(upstream)}`, 'probe']
        probe = startProbe('docker', [...COMPOSE, ...args], project)
      }
      return await probe.ask(to, path)
    },
    async close() {
      await probe?.close()
      probe = undefined
    },
  }
}

/** The image of a half is that of this deploy, whatever the file still says. */
function envFor({ env }: ComposeProject, half?: Half): NodeJS.ProcessEnv {
  if (half === undefined) return env
  return { ...env, [`MINATO_IMAGE_${half.color.toUpperCase()}`]: half.release }
}

/** `docker compose ps` gives an array, or in newer versions an object a line. */
export function containersIn(stdout: string): Container[] {
  const text = stdout.trim()
  if (text === '') return []
  const found = text.startsWith('[') ? text : `[${text.split('\n').join(',')}]`
  const all = z.array(container).parse(JSON.parse(found))
  // Commands run beside the service, such as the probe, are listed with it.
  return all.filter(({ Labels }) => !/compose\.oneoff=true/i.test(Labels))
}

export function lastWords({ stdout, stderr }: Ran): string {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '')
  return lines.slice(-SAID_LINES).join(' ').slice(0, 600)
}
