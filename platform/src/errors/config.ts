import { z } from 'zod'
import { defineConfig, variable } from '../config/index.ts'

const DSN = /^https?:\/\/[0-9a-z]+(?::[0-9a-z]+)?@[^/?#\s]+(?:\/[^?#\s]*)?\/\d+$/i

/** Where errors are told beside the operations app. */
export const errorsConfig = defineConfig({
  sentryDsn: variable(
    'SENTRY_DSN',
    z.string().regex(DSN, { message: 'must be of the form https://KEY@HOST/PROJECT' }).optional(),
    {
      describe: 'address of a Sentry-compatible service that is told of unexpected errors',
      example: 'https://public@o1.ingest.sentry.io/1',
      secret: true,
    },
  ),
  sentryEnvironment: variable('SENTRY_ENVIRONMENT', z.string().min(1).max(64).optional(), {
    describe: 'environment that events carry; without it MINATO_ENV',
    example: 'production',
  }),
  sentryRelease: variable('SENTRY_RELEASE', z.string().min(1).max(200).optional(), {
    describe: 'release that events carry; without it minato@VERSION',
  }),
  sentryTraces: variable(
    'SENTRY_TRACES_SAMPLE_RATE',
    z.coerce.number().min(0).max(1).default(0.1),
    {
      describe: 'share of requests whose duration is sent to SENTRY_DSN, 0 to 1',
    },
  ),
})
