import { createRequire, register } from 'node:module'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type TextMapPropagator,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { registerInstrumentations } from '@opentelemetry/instrumentation'
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http'
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg'
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Outbound } from '../outbound/index.ts'
import { readTraceparent, setActiveSpan } from './trace-context.ts'
import { cleanExporter } from './trace-export.ts'
import { outboundAgent } from './trace-socket.ts'

export type Tracing = {
  /** The exporter waits for this: it has no way out of its own. */
  exportThrough(outbound: Pick<Outbound, 'connect'>): void
  /** Sends what is recorded, and stops. */
  stop(): Promise<void>
}

type TracingOptions = {
  endpoint: string
  headers: Record<string, string>
  serviceName: string
  version: string
  environment: string
  /** Share of the requests whose caller has not decided. */
  sampleRate: number
}

/** Probes come every few seconds and say nothing. */
const UNTRACED = /^\/(health\/|metrics)/

/**
 * Records requests, queries and calls as OpenTelemetry spans. Imported only where TRACING_ENABLED is
 * on, before pg is loaded: some twenty packages stay out of every other process.
 */
export function startTracing(options: TracingOptions): Tracing {
  const { promise: outbound, resolve: exportThrough } =
    Promise.withResolvers<Pick<Outbound, 'connect'>>()
  const exporter = new OTLPTraceExporter({
    url: `${options.endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: options.headers,
    timeoutMillis: 10_000,
    httpAgentOptions: (protocol) => outboundAgent(protocol, outbound),
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': options.serviceName,
      'service.version': options.version,
      'deployment.environment.name': options.environment,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRate) }),
    spanProcessors: [new BatchSpanProcessor({ exporter: cleanExporter(exporter) })],
  })
  const contexts = new AsyncLocalStorageContextManager().enable()
  context.setGlobalContextManager(contexts)
  propagation.setGlobalPropagator(incomingOnly)
  trace.setGlobalTracerProvider(provider)
  instrument(provider)
  setActiveSpan(activeSpan)
  return {
    exportThrough,
    async stop() {
      await provider.forceFlush({ timeoutMillis: 5000 }).catch(() => undefined)
      await provider.shutdown().catch(() => undefined)
    },
  }
}

function instrument(tracerProvider: TracerProvider): void {
  // pg is an ES module: only a hook of the loader can wrap what is imported from it.
  register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)
  registerInstrumentations({
    tracerProvider,
    instrumentations: [
      new HttpInstrumentation({
        ignoreOutgoingRequestHook: () => true, // all of ours leave by undici
        ignoreIncomingRequestHook: ({ url = '' }) => UNTRACED.test(url),
      }),
      new UndiciInstrumentation({ requireParentforSpans: true }),
      new PgInstrumentation({ requireParentSpan: true, enhancedDatabaseReporting: false }),
    ],
  })
  // Already loaded by now; asking for it again lets its server be wrapped.
  createRequire(import.meta.url)('node:http')
}

/**
 * Continues the trace of who calls us. Nothing is put into our own calls here: `outbound` does that,
 * for configured hosts only, because a stranger has no business with our trace ids.
 */
const incomingOnly: TextMapPropagator = {
  inject() {},
  extract(base: Context, carrier: unknown, getter): Context {
    const header = getter.get(carrier, 'traceparent')
    const text = Array.isArray(header) ? header[0] : header
    const known = readTraceparent(text)
    if (known === undefined || text === undefined) return base
    return trace.setSpanContext(base, {
      traceId: known.traceId,
      spanId: text.slice(36, 52),
      traceFlags: known.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
      isRemote: true,
    })
  },
  fields: () => ['traceparent'],
}

function activeSpan() {
  const span = trace.getSpanContext(context.active() ?? ROOT_CONTEXT)
  if (span === undefined) return undefined
  const { traceId, spanId, traceFlags } = span
  return { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }
}
