import { S3Error } from './errors.ts'

/** A document as nested records; a list gives the element several times. */
type XmlValue = string | number | boolean | XmlRecord | XmlValue[] | undefined
export type XmlRecord = { [name: string]: XmlValue }

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/'

export function writeXml(root: string, content: XmlRecord, namespace = true): string {
  const attribute = namespace ? ` xmlns="${NAMESPACE}"` : ''
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${inner(content)}</${root}>`
}

function inner(content: XmlRecord): string {
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('')
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('')
  const text = typeof value === 'object' ? inner(value) : escapeXml(String(value))
  return `<${name}>${text}</${name}>`
}

function escapeXml(text: string): string {
  return text.replace(/[<>&"'\r]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** One element of a request body; its text when it has no children. */
export type XmlNode = { name: string; text: string; children: XmlNode[] }

const TOKEN = /<\?[^>]*\?>|<!--[\s\S]*?-->|<(\/?)([A-Za-z][\w:.-]*)((?:\s[^<>]*?)?)(\/?)>|([^<]+)/gy

/** Reads the small documents clients send. A document type is refused: no entity is expanded. */
export function readXml(text: string): XmlNode {
  const top: XmlNode = { name: '', text: '', children: [] }
  const stack = [top]
  let end = 0
  for (const match of text.matchAll(TOKEN)) {
    end = match.index + match[0].length
    const [, closing, name, , empty, characters] = match
    const parent = stack.at(-1) ?? top
    if (characters !== undefined) parent.text += unescapeXml(characters)
    else if (name === undefined) continue
    else if (closing === '/') {
      if (stack.length < 2 || stack.pop()?.name !== name) throw new S3Error('MalformedXML')
    } else {
      const node: XmlNode = { name, text: '', children: [] }
      parent.children.push(node)
      if (empty !== '/') stack.push(node)
    }
  }
  const [root] = top.children
  if (!root || end !== text.length || stack.length !== 1 || top.children.length !== 1) {
    throw new S3Error('MalformedXML')
  }
  return root
}

export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function unescapeXml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w{1,8}));/g,
    (_all, hex, decimal, name) => {
      const code = hex ? Number.parseInt(hex, 16) : decimal ? Number(decimal) : null
      if (code !== null && code <= 0x10ffff) return String.fromCodePoint(code)
      const known = ENTITIES[name]
      if (known === undefined) throw new S3Error('MalformedXML')
      return known
    },
  )
}
