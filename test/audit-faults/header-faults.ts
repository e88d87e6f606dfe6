import { bears, cache, html, type LiveFault, SCRIPT, switchOn, without } from './lies.ts'

/** Faults of what pages and answers bear. */
export const HEADER_FAULTS: readonly LiveFault[] = [
  {
    id: 'a proxy strips HSTS',
    expect: 'http.hsts',
    lie: { response: without('strict-transport-security') },
  },
  {
    id: 'a proxy shortens HSTS to a day',
    expect: 'http.hsts',
    lie: {
      response: bears('strict-transport-security', () => 'max-age=86400'),
    },
  },
  {
    id: 'a plugin loses HSTS on errors',
    expect: 'http.hsts',
    plant: async ({ planted }) => switchOn(planted.active, 'hsts-lost-on-errors'),
  },
  {
    id: 'a plugin allows inline scripts',
    expect: 'http.csp',
    plant: async ({ planted }) => switchOn(planted.active, 'csp-unsafe-inline'),
  },
  {
    id: 'a proxy replaces the policy by one with *',
    expect: 'http.csp',
    lie: {
      response: bears(
        'content-security-policy',
        () => "default-src *; frame-ancestors 'none'; base-uri 'none'",
      ),
    },
  },
  {
    id: 'a proxy strips the policy of errors',
    expect: 'http.csp',
    lie: {
      response: (answer) =>
        answer.status >= 400 ? without('content-security-policy')(answer) : undefined,
    },
  },
  { id: 'a proxy caches pages', expect: 'http.csp-nonce', lie: cache(/^\/$/) },
  {
    id: 'a proxy serves files itself, without nosniff',
    expect: 'http.nosniff',
    lie: {
      response: (answer, { url = '' }) =>
        SCRIPT.test(url) ? without('x-content-type-options')(answer) : undefined,
    },
  },
  {
    id: 'a proxy allows framing',
    expect: 'http.frames',
    lie: {
      response: ({ headers }) => {
        headers['x-frame-options'] = 'ALLOWALL'
      },
    },
  },
  {
    id: 'a proxy weakens the referrer policy',
    expect: 'http.referrer',
    lie: { response: bears('referrer-policy', () => 'unsafe-url') },
  },
  {
    id: 'a proxy strips the permissions policy',
    expect: 'http.permissions-policy',
    lie: { response: without('permissions-policy') },
  },
  {
    id: 'a proxy tells its version',
    expect: 'http.banner',
    lie: { response: bears('server', () => 'nginx/1.18.0 (Ubuntu)') },
  },
  {
    id: 'something tells its framework',
    expect: 'http.banner',
    lie: { response: bears('x-powered-by', () => 'Express') },
  },
  {
    id: 'a proxy intercepts errors',
    expect: 'http.not-found',
    lie: {
      response(answer) {
        if (answer.status !== 404) return
        answer.headers['content-type'] = 'text/html'
        answer.body = html('404 Not Found')
      },
    },
  },
  {
    id: 'a plugin tells the stack of a 500',
    expect: 'errors.arrive',
    plant: async ({ planted }) => switchOn(planted.active, 'stack-in-500'),
  },
  {
    id: 'a proxy tells its upstream in errors',
    expect: 'http.errors-say-nothing',
    lie: {
      response(answer) {
        if (answer.status === 400) answer.body = html('connect ECONNREFUSED 10.0.3.7:3000')
      },
    },
  },
  {
    id: 'error groups are not written',
    expect: 'errors.arrive',
    async plant({ services }) {
      const { capture } = services.errors
      services.errors.capture = () => undefined
      return () => {
        services.errors.capture = capture
      }
    },
  },
  {
    id: 'a proxy overwrites the request id',
    expect: 'http.request-id',
    lie: {
      response: bears('x-request-id', (request) =>
        String(request.headers['x-request-id'] ?? 'none'),
      ),
    },
  },
  {
    id: 'a proxy answers TRACE',
    expect: 'http.methods',
    lie: {
      answer(request, response) {
        if (request.method !== 'TRACE') return false
        response
          .writeHead(200, { 'content-type': 'message/http' })
          .end(request.rawHeaders.join('\r\n'))
        return true
      },
    },
  },
]
