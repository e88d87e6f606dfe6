/** Requests of one or several processes since they started, as /metrics tells them. */
export type Traffic = {
  requests: number
  /** Answers of 500 and above. */
  errors: number
  /** Upper bound in seconds → how many were at most that slow (cumulative). */
  buckets: ReadonlyMap<number, number>
}

const REQUESTS = /^http_requests_total\{([^}]*)\} ([0-9.e+]+)/gm
const BUCKETS = /^http_request_duration_seconds_bucket\{([^}]*)\} ([0-9.e+]+)/gm
/** Supervisors' and collectors' own requests: fast and plenty, they would hide what people get. */
const OWN = /route="\/(health|metrics)\b/

/**
 * Reads the HTTP metrics out of Prometheus' text format.
 * @example
 * readTraffic('http_requests_total{method="GET",route="/",status="200"} 3').requests // 3
 */
export function readTraffic(text: string): Traffic {
  let requests = 0
  let errors = 0
  for (const [, labels = '', value] of text.matchAll(REQUESTS)) {
    if (OWN.test(labels)) continue
    requests += Number(value)
    if (/status="5\d\d"/.test(labels)) errors += Number(value)
  }
  const buckets = new Map<number, number>()
  for (const [, labels = '', value] of text.matchAll(BUCKETS)) {
    if (OWN.test(labels)) continue
    const bound = /le="([^"]+)"/.exec(labels)?.[1]
    if (bound === undefined) continue
    const seconds = bound === '+Inf' ? Number.POSITIVE_INFINITY : Number(bound)
    buckets.set(seconds, (buckets.get(seconds) ?? 0) + Number(value))
  }
  return { requests, errors, buckets }
}

/** The sum over processes. */
export function addTraffic(parts: readonly Traffic[]): Traffic {
  const buckets = new Map<number, number>()
  for (const part of parts)
    for (const [bound, count] of part.buckets) buckets.set(bound, (buckets.get(bound) ?? 0) + count)
  return {
    requests: parts.reduce((sum, part) => sum + part.requests, 0),
    errors: parts.reduce((sum, part) => sum + part.errors, 0),
    buckets,
  }
}

/** What came between two readings; a process that started anew in between counts from zero. */
export function trafficSince(before: Traffic, after: Traffic): Traffic {
  if (after.requests < before.requests) return after
  const buckets = new Map(
    [...after.buckets].map(([bound, count]) => [bound, count - (before.buckets.get(bound) ?? 0)]),
  )
  return {
    requests: after.requests - before.requests,
    errors: after.errors - before.errors,
    buckets,
  }
}

/** The bound under which that share of the requests stayed, in milliseconds; undefined without any. */
export function quantileMs(share: number, { buckets }: Traffic): number | undefined {
  const sorted = [...buckets].sort(([a], [b]) => a - b)
  const total = sorted.at(-1)?.[1] ?? 0
  if (total === 0) return undefined
  const bound = sorted.find(([, count]) => count >= share * total)?.[0] ?? Number.POSITIVE_INFINITY
  return bound * 1000
}
