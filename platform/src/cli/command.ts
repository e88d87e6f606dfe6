/** What a command reads from and writes to; passed in so that tests need no global streams. */
export type CliIo = {
  stdin: NodeJS.ReadableStream
  stdout: NodeJS.WritableStream
  stderr: NodeJS.WritableStream
  env: NodeJS.ProcessEnv
  cwd: string
}

/** One `minato` command. `run` resolves to the exit code. */
export type Command = {
  name: string
  summary: { en: string; ja: string }
  usage: string
  run(args: string[], io: CliIo): Promise<number>
}
