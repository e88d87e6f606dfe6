import { useSyncExternalStore } from 'react'

export type Locale = 'ja' | 'en'

const KEY = 'minato-locale'
const listeners = new Set<() => void>()
let current: Locale = firstLocale()

export function isLocale(value: unknown): value is Locale {
  return value === 'ja' || value === 'en'
}

/** The last choice on this device, else the browser's first language. */
function firstLocale(): Locale {
  const stored = readStored(KEY)
  if (isLocale(stored)) return stored
  return navigator.language.toLowerCase().startsWith('ja') ? 'ja' : 'en'
}

export function currentLocale(): Locale {
  return current
}

/** Changes the language of the page; the caller has loaded its messages (`loadMessages`). */
export function rememberLocale(locale: Locale): void {
  current = locale
  document.documentElement.lang = locale
  store(KEY, locale)
  // The server reads it for mails and pages asked for without an account.
  const secure = location.protocol === 'https:' ? '; Secure' : ''
  // biome-ignore lint/suspicious/noDocumentCookie: cookieStore is missing in Firefox
  document.cookie = `minato_locale=${locale}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`
  for (const listener of listeners) listener()
}

export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, currentLocale)
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Storage may be refused (private windows, policies): the page works without it. */
export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

export function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Refused storage costs the memory of a choice, nothing else.
  }
}
