import { believing, cookies, type LiveFault, says, without } from './lies.ts'

/** Faults of whom the system believes. */
export const TRUST_FAULTS: readonly LiveFault[] = [
  { id: 'a proxy believes X-Forwarded-For', expect: 'http.spoofed-address', lie: believing },
  { id: 'forged addresses reach the audit log', expect: 'http.spoofed-audit', lie: believing },
  {
    id: 'forged addresses have limits of their own',
    expect: 'http.spoofed-limits',
    lie: believing,
  },
  {
    id: 'limits are not counted',
    expect: 'http.spoofed-limits',
    lie: { response: without('ratelimit-remaining') },
  },
  {
    id: 'a proxy redirects to whatever Host says',
    expect: 'http.spoofed-host',
    lie: {
      answer(request, response) {
        if (request.url !== '/sign-in/') return false
        const host = request.headers['x-forwarded-host'] ?? request.headers.host
        response.writeHead(301, { location: `https://${String(host)}/sign-in` }).end()
        return true
      },
    },
  },
  {
    id: 'a forged scheme takes Secure away',
    expect: 'http.spoofed-proto',
    lie: {
      response: (answer, request) =>
        request.headers['x-forwarded-proto'] === 'http'
          ? cookies((line) => line.replace('; Secure', ''))(answer)
          : undefined,
    },
  },
  {
    id: 'CORS reflects every origin',
    expect: 'http.cors',
    lie: {
      response: ({ headers }, request) => {
        if (request.headers.origin) {
          headers['access-control-allow-origin'] = request.headers.origin
          headers['access-control-allow-credentials'] = 'true'
        }
      },
    },
  },
  {
    id: 'CORS allows null',
    expect: 'http.cors',
    lie: {
      response: ({ headers }, request) => {
        if (request.headers.origin === 'null') headers['access-control-allow-origin'] = 'null'
      },
    },
  },
  {
    id: 'CORS matches by ending',
    expect: 'http.cors',
    lie: {
      response: ({ headers }, request) => {
        if (request.headers.origin?.includes('minato.example.com'))
          headers['access-control-allow-origin'] = request.headers.origin
      },
    },
  },
  {
    id: 'a proxy rewrites Origin and Sec-Fetch-Site',
    expect: 'http.csrf',
    lie: {
      request(headers) {
        headers.origin = 'https://minato.example.com'
        headers['sec-fetch-site'] = 'same-origin'
      },
    },
  },
  {
    id: 'a proxy says same-origin of every request',
    expect: 'http.csrf',
    lie: { request: says('sec-fetch-site', () => 'same-origin') },
  },
  {
    id: 'a proxy rewrites the Origin of WebSockets',
    expect: 'realtime.foreign-origin',
    lie: { request: says('origin', () => 'https://minato.example.com') },
  },
  {
    id: 'a proxy takes every WebSocket',
    expect: 'realtime.anonymous',
    lie: {
      upgrade(_request, socket) {
        socket.write(
          'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
        )
        return true
      },
    },
  },
  {
    id: 'a proxy does not pass upgrades on',
    expect: 'realtime.round-trip',
    lie: {
      upgrade(_request, socket) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n')
        return true
      },
    },
  },
]
