import { cpus } from 'node:os'

type Table = { title: string; columns: string[]; rows: (string | number)[][]; notes?: string[] }
/** `json` is what `--json` prints; `tables` is for people. */
export type Measured = { json: object; tables: Table[] }
type Bench = () => Promise<Measured>

const BENCHES: Record<string, () => Promise<Bench>> = {
  http: async () => (await import('./http/bench.ts')).http,
  log: async () => (await import('./log.ts')).log,
  jobs: async () => (await import('./jobs/bench.ts')).jobs,
  realtime: async () => (await import('./realtime/bench.ts')).realtime,
  chat: async () => (await import('./chat/bench.ts')).chat,
  gateway: async () => (await import('./gateway/bench.ts')).gateway,
  import: async () => (await import('./import/bench.ts')).importSqlite,
  memory: async () => (await import('./memory.ts')).memory,
}

async function main(args: string[]): Promise<number> {
  const json = args.includes('--json')
  const names = args.filter((argument) => !argument.startsWith('--'))
  const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name))
  if (unknown.length > 0 || args.includes('--help')) {
    const usage = `Usage: npm run bench [-- ${Object.keys(BENCHES).join('|')} …] [-- --json]\n`
    process.stderr.write(
      unknown.length > 0 ? `No bench is called ${unknown.join(', ')}.\n${usage}` : usage,
    )
    return unknown.length > 0 ? 2 : 0
  }
  const results: Record<string, object> = {}
  for (const name of names.length > 0 ? names : Object.keys(BENCHES)) {
    const measure = await BENCHES[name]?.()
    if (measure === undefined) continue
    const measured = await measure()
    results[name] = measured.json
    if (!json) for (const table of measured.tables) process.stdout.write(`${render(table)}\n`)
  }
  if (json) process.stdout.write(`${JSON.stringify(results)}\n`)
  else
    process.stdout.write(
      `Machine: ${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}\n`,
    )
  return 0
}

function render(table: Table): string {
  const rows = [table.columns, ...table.rows.map((row) => row.map(String))]
  const widths = table.columns.map((_, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  )
  const lines = rows.map((row) =>
    row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  '),
  )
  return [`\n${table.title}`, ...lines, ...(table.notes ?? [])].join('\n')
}

process.exitCode = await main(process.argv.slice(2))
