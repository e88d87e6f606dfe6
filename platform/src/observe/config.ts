import { z } from 'zod'
import { defineConfig, url, variable } from '../config/index.ts'

/** Where traces go when TRACING_ENABLED is on. The names are OpenTelemetry's own. */
export const observeConfig = defineConfig({
  otlpEndpoint: variable(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    url('http', 'https').default('http://127.0.0.1:4318'),
    {
      describe: 'collector of traces (OTLP over HTTP); /v1/traces is added',
      example: 'https://otlp.example.com',
    },
  ),
  otlpHeaders: variable('OTEL_EXPORTER_OTLP_HEADERS', z.string().optional(), {
    describe: 'headers that the collector asks for, as name=value,name=value',
    example: 'api-key=…',
    secret: true,
  }),
  serviceName: variable('OTEL_SERVICE_NAME', z.string().min(1).max(100).default('minato'), {
    describe: 'name of this system in traces',
  }),
  traceSampleRate: variable('TRACING_SAMPLE_RATE', z.coerce.number().min(0).max(1).default(0.1), {
    describe: 'share of requests that are traced where the caller has not decided, 0 to 1',
  }),
})
