import {
  defineConfig,
  duration,
  integer,
  type Problem,
  type Profile,
  url,
  variable,
} from '../config/index.ts'

export const dataConfig = defineConfig(
  {
    databaseUrl: variable('DATABASE_URL', url('postgres', 'postgresql').optional(), {
      describe: 'PostgreSQL 15 or newer; without it an embedded database in the data folder',
      example: 'postgres://minato@localhost/minato',
      secret: true,
    }),
    poolMax: variable('DATABASE_POOL_MAX', integer(1, 500).default(10), {
      describe: 'connections one process may hold',
    }),
    connectTimeoutMs: variable('DATABASE_CONNECT_TIMEOUT', duration.default(3000), {
      describe: 'how long a request waits for a connection',
    }),
    statementTimeoutMs: variable('DATABASE_STATEMENT_TIMEOUT', duration.default(15_000), {
      describe: 'after this a statement is cancelled',
    }),
    slowQueryMs: variable('DATABASE_SLOW_QUERY', duration.default(500), {
      describe: 'statements slower than this are logged',
    }),
  },
  { check: demandPostgres },
)

function demandPostgres(values: { databaseUrl: unknown }, profile: Profile): Problem[] {
  if (profile !== 'production' && profile !== 'staging') return []
  if (values.databaseUrl !== undefined) return []
  return [
    {
      variable: 'DATABASE_URL',
      problem: {
        en: 'is not set, and the embedded database is refused here',
        ja: 'が未設定です（この環境では組み込みデータベースを使えません）',
      },
      mend: {
        en: 'set it to a PostgreSQL 15 or newer',
        ja: 'PostgreSQL 15 以降の接続先を設定してください',
      },
    },
  ]
}
