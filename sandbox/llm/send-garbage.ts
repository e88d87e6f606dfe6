import type { ServerResponse } from 'node:http'

const HTML = '<!doctype html><html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>'

/** A 200 that is none: what broken proxies and half-compatible servers send. */
export function sendGarbage(
  response: ServerResponse,
  kind: 'invalid-json' | 'not-sse' | 'html',
  stream: boolean,
): void {
  if (kind === 'html') {
    response.writeHead(200, { 'content-type': 'text/html' }).end(HTML)
  } else if (!stream) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(kind === 'not-sse' ? 'ok' : '{"id":"chatcmpl-1","choices":[{"mess')
  } else if (kind === 'not-sse') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.end('hello, this is not an event stream\n')
  } else {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"del\n\n')
    response.end('data: \u0000\ufffd}{\n\ndata: [DONE]\n\n')
  }
}
