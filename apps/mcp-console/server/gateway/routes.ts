import type { RouteServer } from '@minato/platform/app'
import type { ConsoleServices } from '../config.ts'
import { callRoutes } from './call-routes.ts'
import { gatewayOf } from './gateway.ts'
import { pinRoutes } from './pin-routes.ts'

/** What operators see of the gateway. */
export function gatewayRoutes(server: RouteServer, services: ConsoleServices): void {
  const gateway = gatewayOf(services)
  pinRoutes(server, gateway)
  callRoutes(server, gateway)
}
