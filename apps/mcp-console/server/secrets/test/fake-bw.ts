import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const SESSION_KEY = Buffer.alloc(64, 'fake-session-key').toString('base64')

/** A program that is called like `bw` and does what a test tells it to when it is asked for an item. */
export type FakeBw = {
  command: string
  /** Shell lines run at `bw get item <name>`; `$name` is the item. */
  onGet(lines: string): Promise<void>
  /** Shell lines run at `bw login`. */
  onLogin(lines: string): Promise<void>
  /** The arguments of every call since the last question. */
  calls(): Promise<string[]>
  /** The environments of all calls, as text. */
  environments(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** Prints an item whose token is `value-of-<name>`. */
export const GIVE_ITEM = `printf '{"id":"id-%s","name":"%s","login":{"password":"pw-%s"},"fields":[{"name":"token","value":"value-of-%s"}]}' "$name" "$name" "$name" "$name"`

export async function fakeBw(): Promise<FakeBw> {
  const folder = await mkdtemp(join(tmpdir(), 'minato-fake-bw-'))
  const command = join(folder, 'bw')
  const write = (name: string, text: string) => writeFile(join(folder, name), `${text}\n`)
  await write('get', GIVE_ITEM)
  await write('login', `echo '${SESSION_KEY}'`)
  await write('calls', '')
  await writeFile(
    command,
    `#!/bin/sh
echo "$@" >> ${folder}/calls
env >> ${folder}/environments
for name in "$@"; do :; done
case "$1" in
  login) echo '{"tokens":"of the fake"}' > "$BITWARDENCLI_APPDATA_DIR/data.json"; . ${folder}/login ;;
  get) . ${folder}/get ;;
  list) . ${folder}/get ;;
  *) ;;
esac
`,
  )
  await chmod(command, 0o755)
  return {
    command,
    onGet: (lines) => write('get', lines),
    onLogin: (lines) => write('login', lines),
    async calls() {
      const text = await readFile(join(folder, 'calls'), 'utf8')
      await writeFile(join(folder, 'calls'), '')
      return text.split('\n').filter((line) => line !== '')
    },
    environments: () => readFile(join(folder, 'environments'), 'utf8'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
