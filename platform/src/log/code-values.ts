import type { Assignment } from './assignment.ts'
import { HARD, type KeyKind, keyKind, NONE, WEAK } from './key-names.ts'

/** A call, an index, an object, a generic type: `getPassword()`, `cookies['a']`, `Opaque<string`. */
export function isCall(value: string): boolean {
  return /^(?:[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*[([]|[{[(]|\/[*^(]|[A-Z]\w*<|![\w(!]|0x[0-9a-fA-F]{1,4}$)/.test(
    value,
  )
}

/** A file or folder, as `PWD` and `--credentials` have them. */
export function isFilePath(value: string): boolean {
  return /^(?:~?\/(?:bin|etc|home|srv|usr|var|tmp|opt|root|run|mnt|app|data|dev|proc|users|private|workspace)\/|[A-Z]:\\|\.{1,2}\/)/i.test(
    value,
  )
}

const KEYWORD =
  /^(?:await|new|function|async|typeof|void|yield|null|undefined|return|throw|require|import|const|let|var)$/
const ROOTS =
  /^(?:var|local|self|this|process|os|data|module|config|env|options|opts|req|request|res|response|args|props|state|ctx|context|params|settings|input|body|headers|user|msg|event|\$\w+)$/

/**
 * Source text rather than a value: `secret = await sign()`, `token: IToken`, `password: options.password`. Logs carry it
 * in code frames and compiler messages.
 */
export function isExpression(
  text: string,
  kind: KeyKind,
  found: Assignment,
  value: string,
  nameStart: number,
): boolean {
  if (isCall(value) || isFilePath(value)) return true
  // The working directory of a shell.
  if (
    /^(?:old)?pwd$/i.test(text.slice(nameStart, nameStart + 6).match(/^\w*/)?.[0] ?? '') &&
    /^[/~]/.test(value)
  )
    return true
  if (!found.spaced) return isMember(value, false)
  if (KEYWORD.test(value) || isMember(value, true)) return true
  if (text.charCodeAt(nameStart - 1) === 91 && /^[A-Za-z_$]+$/.test(value)) return true
  const after = text.charAt(found.end)
  const ends = after === ';' || after === ')' || after === ','
  if (kind === HARD) return ends && text.slice(nameStart, nameStart + value.length) === value
  return isSecretsName(value)
}

/** `options.password`: letters only, from a usual root, or ending in the name of a secret. */
function isMember(value: string, spaced: boolean): boolean {
  if (!/^[A-Za-z_$][A-Za-z_$]*(?:\??\.[A-Za-z_$]+)+(?:\[\w*\])?$/.test(value)) return false
  const parts = value.split(/\??\./)
  if (ROOTS.test(parts[0] ?? '')) return true
  const kind = keyKind(parts.at(-1) ?? '')
  return spaced && kind !== NONE && kind !== WEAK
}

/** `customSession`, `TOKEN_OPERATOR`, `token2`: the name of a variable that holds a secret. */
function isSecretsName(value: string): boolean {
  if (!/^(?:[A-Za-z_$]+[A-Z_][A-Za-z_$]*|[A-Za-z_]+\d?)$/.test(value)) return false
  const kind = keyKind(value)
  return kind !== NONE && kind !== WEAK
}
