import { S3Error } from './errors.ts'

/** RFC 3986 encoding as SigV4 wants it: everything but unreserved characters, in capitals. */
export function uriEncode(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded
}

export function uriDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new S3Error('InvalidURI')
  }
}

type QueryPair = [name: string, value: string]

/** The target of a request, decoded once. The path is never normalised: keys may hold `..`. */
export type Target = { path: string; query: QueryPair[] }

export function readTarget(url: string): Target {
  const mark = url.indexOf('?')
  const path = uriDecode(mark < 0 ? url : url.slice(0, mark))
  const pairs = mark < 0 ? [] : url.slice(mark + 1).split('&')
  const query = pairs
    .filter((pair) => pair !== '')
    .map((pair): QueryPair => {
      const equals = pair.indexOf('=')
      const decode = (text: string) => uriDecode(text.replaceAll('+', ' '))
      if (equals < 0) return [decode(pair), '']
      return [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
    })
  return { path, query }
}

export function queryValue(target: Target, name: string): string | undefined {
  return target.query.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1]
}
