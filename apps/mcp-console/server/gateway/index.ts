export { gatewayEndpoint } from './endpoint.ts'
export { startRetention } from './retention.ts'
export { gatewayRoutes } from './routes.ts'
