/** What makes a link unsafe, in words for a finding; undefined when it is safe. */
export type LinkJudge = (url: string, loadsByItself: boolean) => string | undefined

const ENTITY: Readonly<Record<string, string>> = {
  colon: ':',
  tab: '',
  newline: '',
  sol: '/',
  lpar: '(',
  rpar: ')',
  amp: '&',
  quest: '?',
  equals: '=',
  num: '#',
}
const SAFE_SCHEMES = new Set(['http', 'https', 'mailto', 'tel'])
const MAX_IMAGE_PATH_CHARS = 200
/** A path part this long without a separator is data, not a file name. */
const DATA_PART = /[A-Za-z0-9+=]{48}|(?:%[0-9a-f]{2}){12}/i
/** A link that a person clicks may carry a search or an anchor, not a page of the conversation. */
const MAX_LINK_DATA_CHARS = 200
const MAX_LINK_PATH_CHARS = 400
const DATA_LABEL = /[a-z0-9]{33}/i

/** The URL as a browser reads it: entities decoded, white space and controls gone, backslash as slash. */
function asBrowserReads(url: string): string {
  return url
    .replace(/&#x([0-9a-f]{1,6});?/gi, (_m, digits) => fromCode(Number.parseInt(digits, 16)))
    .replace(/&#(\d{1,7});?/g, (_m, digits) => fromCode(Number.parseInt(digits, 10)))
    .replace(/&([a-z]{2,8});/gi, (whole, name: string) => ENTITY[name.toLowerCase()] ?? whole)
    .replace(/[\p{Cc}\p{Cf}\s]/gu, '')
    .replace(/\\([^\w\s\\])/g, '$1')
    .replaceAll('\\', '/')
    .replace(/^[<"']+|[>"']+$/g, '')
}

function fromCode(code: number): string {
  return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : ''
}

function judgeImage(url: URL): string | undefined {
  if (url.search !== '' || url.hash !== '') return 'a remote image whose address carries data'
  if (url.pathname.length > MAX_IMAGE_PATH_CHARS || DATA_PART.test(url.pathname)) {
    return 'a remote image whose address carries data'
  }
  if (url.hostname.split('.').some((label) => DATA_LABEL.test(label))) {
    return 'a remote image whose host name carries data'
  }
  return undefined
}

function decodedLength(text: string): number {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
  ).length
}

function judgeClicked(url: URL): string | undefined {
  const tooMuch =
    decodedLength(url.search + url.hash) > MAX_LINK_DATA_CHARS ||
    decodedLength(url.pathname) > MAX_LINK_PATH_CHARS
  return tooMuch ? 'a link whose address carries data' : undefined
}

/**
 * A judge of links. Schemes are allow-listed (http, https, mailto, tel); an image or anything else a browser
 * loads by itself must not carry data in its address (OWASP LLM05, exfiltration by Markdown image). With
 * `imageHosts` only images of these hosts pass, whatever their address.
 */
export function linkJudge(imageHosts?: readonly string[]): LinkJudge {
  return (raw, loadsByItself) => {
    const text = asBrowserReads(raw)
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)?.[1]?.toLowerCase()
    if (scheme !== undefined && !SAFE_SCHEMES.has(scheme)) return `a ${scheme.slice(0, 16)}: link`
    const remote = scheme === 'http' || scheme === 'https' || text.startsWith('//')
    if (!remote) return undefined
    const url = URL.parse(text, 'https://relative.invalid')
    if (url === null) return loadsByItself ? 'an image address nobody can read' : undefined
    if (url.username !== '' || url.password !== '') return 'a link with a user name before its host'
    if (!loadsByItself) return judgeClicked(url)
    if (imageHosts === undefined) return judgeImage(url)
    return imageHosts.includes(url.hostname) ? undefined : 'an image of a host that is not allowed'
  }
}
