import type { AnyRoute } from '@tanstack/react-router'
import type { ComponentType } from 'react'
import type { Locale } from './locale.ts'
import type { MessageSources } from './messages.ts'
import type { Session } from './session.ts'

export type IconComponent = ComponentType<{ size?: number | string; className?: string }>
export type Words = Record<Locale, string>

/** Something the search finds and Enter does. */
export type Command = {
  id: string
  label: Words
  detail?: Words
  icon?: IconComponent
  /** Hidden from those who may not. */
  permission?: string
  /** A record the app itself has found for the query: shown although its label may not say so. */
  found?: boolean
  /** An address of this site, or an act. */
  to?: string
  run?: () => void | Promise<void>
}

/** Something a person should know, shown under the bell until it no longer holds. */
export type Notice = {
  id: string
  tone: 'info' | 'warning' | 'error'
  title: Words
  detail?: Words
  to?: string
  at?: string
}

export type WebApp = {
  /** As in the app's manifest: its folder, its prefix. */
  name: string
  /** The entry in the rail. Without it the app has pages but no entry. */
  navigation?: {
    label: Words
    icon: IconComponent
    path: string
    /** From low to high; operations is last. */
    order: number
    permission?: string
    /** One line on the home page: what a person does here. */
    summary?: Words
    /** The one next step, as the home page's button says it. */
    nextStep?: { label: Words; path: string }
  }
  /** Pages under the signed-in part; load their components lazily (`lazyRouteComponent`). */
  routes: (parent: AnyRoute) => AnyRoute[]
  /** Texts, or functions that import them, under the app's name. */
  messages?: MessageSources
  /** Pages and acts for the search; `query` is what has been typed, for records. */
  commands?: (session: Session, query: string) => Command[] | Promise<Command[]>
  notices?: (session: Session) => Promise<Notice[]>
  /** The address of the page of one of the app's jobs (`<app>.<job>`), for the list of running work. */
  jobPage?: (id: string) => string
}

/**
 * An app's pages: `export default defineWebApp({…})` in apps/<name>/web/index.tsx.
 *
 * @example
 * export default defineWebApp({
 *   name: 'notes',
 *   navigation: { label: { ja: 'メモ', en: 'Notes' }, icon: IconNotes, path: '/notes', order: 30 },
 *   routes: (parent) => [createRoute({ getParentRoute: () => parent, path: '/notes',
 *     component: lazyRouteComponent(() => import('./notes-page.tsx'), 'NotesPage') })],
 *   messages: { ja: () => import('./messages/ja.ts'), en: () => import('./messages/en.ts') },
 * })
 */
export function defineWebApp(app: WebApp): WebApp {
  return Object.freeze(app)
}
