import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { bears, cache, type LiveFault, says, serve } from './lies.ts'

/** Faults of what is given out that should not be. */
export const EXPOSURE_FAULTS: readonly LiveFault[] = [
  {
    id: 'a proxy’s alias climbs out of its folder',
    expect: 'http.traversal',
    lie: {
      answer({ url = '' }, response) {
        if (!/^\/assets\/(\.\.\/|%2e%2e)/i.test(url) || !url.endsWith('etc/passwd')) return false
        response.writeHead(200).end(readFileSync('/etc/passwd'))
        return true
      },
    },
  },
  {
    id: 'a proxy serves .env',
    expect: 'http.hidden-files',
    lie: serve('/.env', 'AUTH_SECRET=…\nDATABASE_URL=…\n'),
  },
  {
    id: 'a proxy serves .git',
    expect: 'http.hidden-files',
    lie: serve('/.git/HEAD', 'ref: refs/heads/main\n'),
  },
  {
    id: 'a dump lies beside the pages',
    expect: 'http.hidden-files',
    lie: serve('/backup.sql', '-- PostgreSQL database dump\n'),
  },
  {
    id: 'source maps are served',
    expect: 'http.source-maps',
    lie: {
      answer({ url = '' }, response) {
        if (!url.endsWith('.js.map')) return false
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end('{"version":3,"mappings":"AAAA"}')
        return true
      },
    },
  },
  {
    id: 'a proxy brings Prometheus’ token along',
    expect: 'http.metrics-closed',
    lie: {
      request: says('authorization', () => 'Bearer a-token-that-only-prometheus-has'),
    },
  },
  {
    id: 'the description names an inside host',
    expect: 'http.api-docs',
    lie: {
      response: (answer, { url }) => {
        if (url === '/api/docs/json')
          answer.body = Buffer.from(
            answer.body
              .toString()
              .replace('"info":', '"servers":[{"url":"http://10.0.0.5:3000"}],"info":'),
          )
      },
    },
  },
  {
    id: 'private answers may be kept',
    expect: 'http.private-caching',
    lie: { response: bears('cache-control', () => 'public, max-age=60') },
  },
  {
    id: 'a proxy caches the API by address',
    expect: 'http.shared-answers',
    lie: cache(/^\/api\//),
  },
  {
    id: 'a proxy compresses everything',
    expect: 'http.compression',
    lie: {
      response(answer, request) {
        if (
          !/gzip/.test(String(request.headers['accept-encoding'])) ||
          answer.headers['content-encoding']
        )
          return
        answer.headers['content-encoding'] = 'gzip'
        answer.body = gzipSync(answer.body)
      },
    },
  },
  {
    id: 'a proxy serves a folder around the system',
    expect: 'auth.closed-by-default',
    lie: {
      answer({ url = '' }, response) {
        if (!url.startsWith('/api/operations/')) return false
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[]}')
        return true
      },
    },
  },
  {
    id: 'a proxy serves files without their signature',
    expect: 'files.round-trip',
    lie: {
      response: (answer, { url = '' }) => {
        if (url.startsWith('/files/')) answer.status = 200
      },
    },
  },
]
