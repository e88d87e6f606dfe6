import type { System } from '../app/system.ts'
import { ConfigError, EXIT_CONFIG, reportProblems } from '../config/index.ts'
import { nearest } from '../config/nearest.ts'
import { MinatoError } from '../errors/index.ts'
import type { CliIo, Command } from './command.ts'
import { UsageError } from './output.ts'

/** Commands are loaded when called: `minato log sanitize` must not wait for a database driver. */
const COMMANDS: Record<string, () => Promise<Command>> = {
  start: async () => (await import('./commands/start.ts')).start,
  new: async () => (await import('./commands/new.ts')).newApp,
  build: async () => (await import('./commands/build.ts')).build,
  deploy: async () => (await import('./commands/deploy.ts')).deploy,
  rollback: async () => (await import('./commands/rollback.ts')).rollback,
  cutover: async () => (await import('./commands/cutover.ts')).cutover,
  deploys: async () => (await import('./commands/deploys.ts')).deploys,
  probe: async () => (await import('./commands/probe.ts')).probe,
  migrate: async () => (await import('./commands/migrate.ts')).migrate,
  user: async () => (await import('./commands/user.ts')).user,
  key: async () => (await import('./commands/key.ts')).key,
  keys: async () => (await import('./commands/keys.ts')).keys,
  config: async () => (await import('./commands/config.ts')).config,
  audit: async () => (await import('./commands/audit.ts')).audit,
  backup: async () => (await import('./commands/backup.ts')).backup,
  restore: async () => (await import('./commands/restore.ts')).restore,
  drill: async () => (await import('./commands/drill.ts')).drill,
  import: async () => (await import('./commands/import.ts')).importState,
  demo: async () => (await import('./commands/demo.ts')).demo,
  log: async () => (await import('./commands/log.ts')).log,
  jobs: async () => (await import('./commands/jobs.ts')).jobs,
  init: async () => (await import('./commands/init.ts')).init,
  handover: async () => (await import('./commands/handover.ts')).handover,
  health: async () => (await import('./commands/health.ts')).health,
  outbound: async () => (await import('./commands/outbound.ts')).outbound,
  guard: async () => (await import('./commands/guard.ts')).guard,
}

const EXIT_USAGE = 2
const EXIT_FAILURE = 1

/**
 * Runs one `minato` command and resolves to its exit code: 0 done, 1 failed, 2 wrong usage,
 * 78 wrong configuration.
 */
export async function main(args: string[], io: CliIo & { system: System }): Promise<number> {
  const commands = { ...COMMANDS, ...io.system.commands }
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(await overview(commands, io))
    return name === undefined ? EXIT_USAGE : 0
  }
  if (name === '--version') {
    io.stdout.write(`${io.system.version}\n`)
    return 0
  }
  const load = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (load === undefined) {
    const suggestion = nearest(name, Object.keys(commands))
    const hint =
      suggestion === undefined ? 'See `minato --help`.' : `Did you mean \`${suggestion}\`?`
    io.stderr.write(`minato: unknown command "${name}". ${hint}\n`)
    return EXIT_USAGE
  }
  const command = await load()
  if (rest.includes('--help') || rest.includes('-h')) {
    io.stdout.write(`${command.usage.trimEnd()}\n`)
    return 0
  }
  try {
    return await command.run(rest, io)
  } catch (error) {
    if (!(error instanceof UsageError)) return report(error, io)
    io.stderr.write(`minato ${name}: ${error.message}\n\n${command.usage}\n`)
    return EXIT_USAGE
  }
}

function report(error: unknown, io: CliIo): number {
  if (error instanceof ConfigError) {
    io.stderr.write(reportProblems(error.problems, io.env))
    return EXIT_CONFIG
  }
  if (error instanceof MinatoError) {
    io.stderr.write(`minato: ${error.detail.en} [${error.code}]\n`)
    return EXIT_FAILURE
  }
  if (
    error instanceof TypeError &&
    'code' in error &&
    String(error.code).startsWith('ERR_PARSE_ARGS')
  ) {
    io.stderr.write(`minato: ${error.message} See --help.\n`)
    return EXIT_USAGE
  }
  const code = error instanceof Error && 'code' in error ? ` [${String(error.code)}]` : ''
  io.stderr.write(`minato: ${error instanceof Error ? error.message : String(error)}${code}\n`)
  return EXIT_FAILURE
}

async function overview(
  commands: Record<string, () => Promise<Command>>,
  io: CliIo & { system: System },
): Promise<string> {
  const language = (io.env['LANG'] ?? '').startsWith('ja') ? 'ja' : 'en'
  const loaded = await Promise.all(Object.values(commands).map((load) => load()))
  const width = Math.max(...loaded.map((command) => command.name.length))
  const lines = loaded.map(
    (command) => `  ${command.name.padEnd(width)}  ${command.summary[language]}`,
  )
  return `minato ${io.system.version}\n\nUsage: minato <command> [options]\n\n${lines.join('\n')}\n\nEach command answers --help.\n`
}
