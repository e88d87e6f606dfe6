import { z } from 'zod'
import { defineConfig, type Problem, type Profile } from './define-config.ts'
import { bool, list, port, url, variable } from './variable.ts'

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** Every deployment's switches. */
export const coreConfig = defineConfig(
  {
    dataDir: variable('MINATO_DATA_DIR', z.string().default('data'), {
      describe: 'folder for the embedded database, files and run.json',
    }),
    allowSandbox: variable('MINATO_ALLOW_SANDBOX', list.default([]), {
      describe: 'sandboxes that staging or production may use',
      example: 'model,mail',
    }),
    host: variable('HOST', z.string().default('127.0.0.1'), {
      describe: 'address the web server listens on',
    }),
    port: variable('PORT', port.default(3000), { describe: 'port the web server listens on' }),
    publicUrl: variable('PUBLIC_URL', url('https', 'http').optional(), {
      describe: 'address people use, without a path',
      example: 'https://minato.example.com',
    }),
    logLevel: variable(
      'LOG_LEVEL',
      z
        .string()
        .default('info')
        .refine((text): text is (typeof LEVELS)[number] => LEVELS.some((level) => level === text), {
          message: `must be one of ${LEVELS.join(', ')}`,
        }),
      { describe: 'least severe level that is written' },
    ),
    logFile: variable('LOG_FILE', z.string().optional(), {
      describe: 'file that receives the log besides stdout, rotated by size and age',
    }),
    workerApps: variable('WORKER_APPS', list.default([]), {
      describe: 'apps whose jobs this worker runs (empty: all)',
      example: 'mcp-console',
    }),
    workerExceptApps: variable('WORKER_EXCEPT_APPS', list.default([]), {
      describe: 'apps whose jobs this worker leaves to others, such as one that has Docker',
      example: 'mcp-console',
    }),
    metricsEnabled: variable('METRICS_ENABLED', bool.default(true), {
      describe: 'whether /metrics is served',
    }),
    tracingEnabled: variable('TRACING_ENABLED', bool.default(false), {
      describe: 'whether traces are recorded',
    }),
  },
  { check: productionDemands },
)

function productionDemands(core: { publicUrl: string | undefined }, profile: Profile): Problem[] {
  if (profile !== 'production' && profile !== 'staging') return []
  if (core.publicUrl?.startsWith('https://')) return []
  return [
    {
      variable: 'PUBLIC_URL',
      problem: {
        en: core.publicUrl === undefined ? 'is not set' : 'must start with https://',
        ja:
          core.publicUrl === undefined
            ? 'が設定されていません'
            : 'は https:// で始まる必要があります',
      },
      mend: {
        en: 'set it to the https address people use, for example https://minato.example.com',
        ja: '利用者が開く https のアドレスを設定してください（例 https://minato.example.com）',
      },
    },
  ]
}
