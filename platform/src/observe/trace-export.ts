import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'
import { sanitizeValue } from '../log/index.ts'

/** Addresses whose query strings hold tokens; what follows the question mark is nobody's business. */
const ADDRESSES = new Set(['url.full', 'url.path', 'http.url', 'http.target'])
const DROPPED = new Set(['url.query', 'user_agent.original', 'http.user_agent'])

/** What leaves in traces goes through the log's sanitizer, and carries no query string. */
export function cleanExporter(exporter: SpanExporter): SpanExporter {
  return {
    export: (spans, done) => exporter.export(spans.map(clean), done),
    shutdown: () => exporter.shutdown(),
    ...(exporter.forceFlush === undefined
      ? {}
      : { forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve() }),
  }
}

function clean(span: ReadableSpan): ReadableSpan {
  const kept = Object.entries(span.attributes)
    .filter(([name]) => !DROPPED.has(name))
    .map(([name, value]) => [
      name,
      ADDRESSES.has(name) && typeof value === 'string' ? value.replace(/[?#].*$/s, '') : value,
    ])
  const attributes = sanitizeValue(Object.fromEntries(kept))
  const events = span.events.map((event) => ({
    ...event,
    ...(event.attributes === undefined ? {} : { attributes: sanitizeValue(event.attributes) }),
  }))
  // The span itself is the SDK's: this one only looks different.
  return Object.create(span, {
    attributes: { value: attributes },
    events: { value: events },
    status: { value: sanitizeValue(span.status) },
  }) as ReadableSpan
}
