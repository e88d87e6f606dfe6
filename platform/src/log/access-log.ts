import { isoTime } from './iso-time.ts'
import { LEVELS } from './levels.ts'
import { familyOf, type Logger } from './logger.ts'
import { sanitize } from './sanitize.ts'

/**
 * Writes one finished request. `route` is the pattern (`/api/chat/:id`), `path` what the client sent; its query string
 * is never written.
 */
export type AccessEntry = (
  method: string,
  route: string,
  path: string,
  status: number,
  durationMs: number,
  bytes: number,
  requestId: string,
  ip: string,
  userId?: string,
  traceId?: string,
) => void

/**
 * The writer of access lines for the HTTP layer: the shape is fixed, so the line is put together by hand and only what
 * the client sent goes through the sanitizer. Lines are held back for at most 50 ms or 16 kB.
 *
 * @example const access = accessLog(log); access('GET', '/api/me', '/api/me', 200, 3.2, 412, 'req_7', '10.0.0.9')
 */
export function accessLog(logger: Logger): AccessEntry {
  const family = familyOf(logger)
  return (method, route, path, status, durationMs, bytes, requestId, ip, userId, traceId) => {
    const level = status >= 500 ? 'error' : 'info'
    if (LEVELS[level] < family.weight) return
    const ids = `${userId === undefined ? '' : `","userId":"${text(userId)}`}${traceId === undefined ? '' : `","traceId":"${text(traceId)}`}`
    family.output.append(
      `{"level":"${level}","time":"${isoTime()}","event":"http.request","method":"${text(method)}","route":"${text(route)}","path":"${pathText(route, path)}","status":${status},"durationMs":${rounded(durationMs)},"bytes":${bytes},"requestId":"${text(requestId)}","ip":"${text(ip)}${ids}"}\n`,
    )
  }
}

const UNSAFE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/
const SECRET_PARAMETER = /:(?:\w*(?:token|secret|code|key|password|otp))\b/i

/** A value for between quotation marks. */
function text(value: string): string {
  return UNSAFE.test(value) ? JSON.stringify(value).slice(1, -1) : value
}

function pathText(route: string, path: string): string {
  if (SECRET_PARAMETER.test(route)) return text(route)
  const cut = path.search(/[?#]/)
  return text(sanitize(cut === -1 ? path : path.slice(0, cut)))
}

const rounded = (ms: number) => Math.round(ms * 100) / 100
