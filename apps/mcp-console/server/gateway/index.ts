export { gatewayEndpoint } from './endpoint.ts'
