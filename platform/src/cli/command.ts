import type { System } from '../app/system.ts'

/** What a command reads from and writes to; passed in so that tests need no global streams. */
export type CliIo = {
  stdin: NodeJS.ReadableStream
  stdout: NodeJS.WritableStream
  stderr: NodeJS.WritableStream
  env: NodeJS.ProcessEnv
  cwd: string
  /** The checkout the command works in; absent for commands that need none. */
  system?: System
}

/** One `minato` command. `run` resolves to the exit code. */
export type Command = {
  name: string
  summary: { en: string; ja: string }
  usage: string
  run(args: string[], io: CliIo): Promise<number>
}

/** @throws {Error} when the command was started without a checkout around it. */
export function systemOf(io: CliIo): System {
  if (io.system === undefined) throw new Error('Run this inside a Minato checkout.')
  return io.system
}
