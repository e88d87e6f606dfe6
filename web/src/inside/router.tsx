import {
  type AnyRoute,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
} from '@tanstack/react-router'
import type { WebApp } from '../app.ts'
import { Crash } from '../parts/crash-boundary.tsx'
import { LoadingState } from '../parts/loading-state.tsx'
import pageClasses from '../parts/page.module.css'
import { parseSearch, stringifySearch } from '../search-params.ts'
import { mayUse, queryClient, type ShellInfo, shellQuery, useSession } from '../session.ts'
import { apps, permissionOf } from './apps.ts'
import { HomePage } from './home-page.tsx'
import { Layout } from './layout.tsx'
import { ForbiddenPage, NotFoundPage } from './lost-pages.tsx'

const accountPages = {
  '/profile': lazyRouteComponent(() => import('../account/profile-page.tsx'), 'ProfilePage'),
  '/profile/security': lazyRouteComponent(
    () => import('../account/security-page.tsx'),
    'SecurityPage',
  ),
  '/profile/sessions': lazyRouteComponent(
    () => import('../account/sessions-page.tsx'),
    'SessionsPage',
  ),
  '/profile/keys': lazyRouteComponent(() => import('../account/keys-page.tsx'), 'KeysPage'),
}

export function makeRouter() {
  const root = createRootRoute({ component: Layout })
  const shellRoutes: AnyRoute[] = [
    createRoute({ getParentRoute: () => root, path: '/', component: HomePage }),
    ...Object.entries(accountPages).map(([path, component]) =>
      createRoute({ getParentRoute: () => root, path, component }),
    ),
  ]
  return createRouter({
    routeTree: root.addChildren([...shellRoutes, ...apps.map((app) => appRoute(root, app))]),
    defaultPreload: 'intent',
    scrollRestoration: true,
    parseSearch,
    stringifySearch,
    defaultNotFoundComponent: NotFoundPage,
    defaultErrorComponent: ({ error }) => (
      <div className={pageClasses.page}>
        <Crash error={error} />
      </div>
    ),
    defaultPendingComponent: () => (
      <div className={pageClasses.page}>
        <LoadingState />
      </div>
    ),
    defaultPendingMs: 200,
    defaultPendingMinMs: 0,
  })
}

/** An app's pages under one gate, so that no page can forget to ask. */
function appRoute(root: AnyRoute, app: WebApp): AnyRoute {
  const gate: AnyRoute = createRoute({
    getParentRoute: () => root,
    id: `app:${app.name}`,
    component: function Gate() {
      const session = useSession()
      const shell = queryClient.getQueryData<ShellInfo>(shellQuery.queryKey)
      const needed = shell === undefined ? undefined : permissionOf(app, shell)
      return mayUse(session.user, needed) ? <Outlet /> : <ForbiddenPage />
    },
  })
  return gate.addChildren(app.routes(gate))
}
