import { badRequest } from './errors.ts'

export type DataUrl = { mediaType: string; bytes: Buffer }

const BASE64 = /^[A-Za-z0-9+/\r\n]*={0,2}$/

/** Reads `data:<type>;base64,<bytes>`; anything else is refused, naming the parameter. */
export function readDataUrl(url: string, param: string): DataUrl {
  const comma = url.indexOf(',')
  const head = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64$/i.exec(url.slice(0, comma))
  const body = url.slice(comma + 1)
  if (comma < 0 || !head?.[1] || body.length === 0 || !BASE64.test(body)) {
    throw badRequest(
      `Invalid '${param}'. Expected a base64-encoded data URL such as 'data:image/png;base64,aGk='.`,
      param,
      'invalid_value',
    )
  }
  return { mediaType: head[1].toLowerCase(), bytes: Buffer.from(body, 'base64') }
}
