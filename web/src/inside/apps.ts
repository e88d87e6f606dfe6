import type { WebApp } from '../app.ts'
import { mayUse, type Session, type ShellInfo } from '../session.ts'

// The only place where the shell meets the apps: by what their folders export.
const found = import.meta.glob<WebApp>('../../../apps/*/web/index.tsx', {
  eager: true,
  import: 'default',
})

export const apps: readonly WebApp[] = Object.values(found).sort(
  (a, b) =>
    (a.navigation?.order ?? 1000) - (b.navigation?.order ?? 1000) || a.name.localeCompare(b.name),
)

/** What an app asks for before any of its pages opens: its own word, else `<app>.use` if declared. */
export function permissionOf(app: WebApp, shell: ShellInfo): string | undefined {
  const declared = shell.apps.find(({ name }) => name === app.name)?.permissions ?? []
  return app.navigation?.permission ?? declared.find((name) => name === `${app.name}.use`)
}

/** The apps this person may use on this server, in the order of the rail. */
export function usableApps(session: Session, shell: ShellInfo): WebApp[] {
  const served = new Set(shell.apps.map(({ name }) => name))
  return apps.filter(
    (app) => served.has(app.name) && mayUse(session.user, permissionOf(app, shell)),
  )
}
