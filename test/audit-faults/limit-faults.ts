import { type LiveFault, says, swallow, without } from './lies.ts'

/** Faults of bounds and of waiting. */
export const LIMIT_FAULTS: readonly LiveFault[] = [
  {
    id: 'a proxy reads announced bodies whole',
    expect: 'http.body-declared',
    lie: { ...swallow, server: { requestTimeout: 0 } },
  },
  { id: 'a proxy reads bodies without end', expect: 'http.body-streamed', lie: swallow },
  {
    id: 'a proxy takes endless headers',
    expect: 'http.big-headers',
    lie: {
      server: { maxHeaderSize: 1024 * 1024 },
      answer: (_request, response) => {
        response.writeHead(200).end('{}')
        return true
      },
    },
  },
  {
    id: 'a proxy parses leniently',
    expect: 'http.smuggling',
    lie: {
      server: { insecureHTTPParser: true },
      answer: (request, response) => {
        request.resume()
        response.writeHead(200).end('{}')
        return true
      },
    },
  },
  {
    id: 'a proxy waits for headers without end',
    expect: 'http.slow-headers',
    lie: { server: { headersTimeout: 0, requestTimeout: 0 } },
  },
  {
    id: 'a proxy waits for bodies without end',
    expect: 'http.slow-body',
    lie: { ...swallow, server: { headersTimeout: 0, requestTimeout: 0 } },
  },
  {
    id: 'each request seems to come from elsewhere',
    expect: 'auth.sign-in-limit',
    lie: {
      request: says('x-forwarded-for', () => `198.51.100.${Math.floor(Math.random() * 250)}`),
    },
  },
  {
    id: 'a 429 does not say when to come back',
    expect: 'auth.sign-in-limit',
    lie: { response: without('retry-after') },
  },
]
