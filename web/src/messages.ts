import { useCallback } from 'react'
import { currentLocale, isLocale, type Locale, rememberLocale, useLocale } from './locale.ts'
import type account from './messages/en/account.ts'
import type outside from './messages/en/outside.ts'
import type parts from './messages/en/parts.ts'
import type shell from './messages/en/shell.ts'

/** What a message takes: `{name}` in the text, or the parameter of a message function. */
export type Values = Record<string, string | number>
type Message = string | ((values: never) => string)
export interface MessageTree {
  readonly [key: string]: Message | MessageTree
}

/** The same keys in another language. `const ja: Translation<typeof en> = {…}` misses nothing. */
export type Translation<T> = {
  readonly [K in keyof T]: T[K] extends string
    ? string
    : T[K] extends (...args: infer A) => string
      ? (...args: A) => string
      : Translation<T[K]>
}

type Keys<T> = {
  [K in keyof T & string]: T[K] extends Message ? K : `${K}.${Keys<T[K]>}`
}[keyof T & string]

type At<T, K extends string> = K extends `${infer Head}.${infer Rest}`
  ? Head extends keyof T
    ? At<T[Head], Rest>
    : never
  : K extends keyof T
    ? T[K]
    : never

/** A function's values are asked for by its type; a text's `{names}` are checked by a test. */
type Arguments<M> = M extends (values: infer V) => string ? [values: V] : [values?: Values]

export type Translate<T> = <K extends Keys<T>>(key: K, ...values: Arguments<At<T, K>>) => string

/**
 * The namespaces and their trees. An app adds its own:
 *
 * @example
 * declare module '@minato/web/messages' {
 *   interface MessageNamespaces { chatbot: typeof en }
 * }
 */
export interface MessageNamespaces {
  account: typeof account
  outside: typeof outside
  parts: typeof parts
  shell: typeof shell
}

export type MessageSource = MessageTree | (() => Promise<{ default: MessageTree }>)
export type MessageSources = Record<Locale, MessageSource>

const sources = new Map<string, MessageSources>()
const loaded = new Map<string, MessageTree>()
const missing = new Set<string>()

/** Makes a namespace known; its texts are fetched with the first `loadMessages`. */
export function addMessages(namespace: string, byLocale: MessageSources): void {
  sources.set(namespace, byLocale)
}

/** Fetches every known namespace in one language. */
export async function loadMessages(locale: Locale): Promise<void> {
  await Promise.all(
    [...sources].map(async ([namespace, byLocale]) => {
      const id = `${locale}:${namespace}`
      if (loaded.has(id)) return
      const source = byLocale[locale]
      loaded.set(id, typeof source === 'function' ? (await source()).default : source)
    }),
  )
}

/** Loads a language, then shows the page in it. */
export async function changeLocale(locale: string): Promise<void> {
  if (!isLocale(locale)) return
  await loadMessages(locale)
  rememberLocale(locale)
}

/** A text outside of a component. */
export function translate<N extends keyof MessageNamespaces>(
  namespace: N,
): Translate<MessageNamespaces[N]> {
  const say = (key: string, values?: unknown) => textOf(currentLocale(), namespace, key, values)
  return say as Translate<MessageNamespaces[N]>
}

/**
 * The texts of a namespace in the reader's language.
 *
 * @example
 * const t = useMessages('chatbot')
 * t('list.empty')
 * t('list.count', { count: 3 })
 */
export function useMessages<N extends keyof MessageNamespaces>(
  namespace: N,
): Translate<MessageNamespaces[N]> {
  const locale = useLocale()
  const say = useCallback(
    (key: string, values?: unknown) => textOf(locale, namespace, key, values),
    [locale, namespace],
  )
  return say as Translate<MessageNamespaces[N]>
}

function textOf(locale: Locale, namespace: string, key: string, values: unknown): string {
  let at: unknown = loaded.get(`${locale}:${namespace}`)
  for (const part of key.split('.'))
    at = typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined
  if (typeof at === 'function') return String(at(values))
  if (typeof at === 'string') return fill(at, values as Values | undefined)
  const name = `${locale}:${namespace}.${key}`
  if (!missing.has(name)) console.error(`missing message ${name}`)
  missing.add(name)
  return `⟦${namespace}.${key}⟧`
}

function fill(text: string, values: Values | undefined): string {
  if (values === undefined) return text
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}
