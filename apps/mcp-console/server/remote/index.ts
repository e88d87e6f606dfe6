export { openRemoteTransport } from './open-transport.ts'
export { remoteRoutes } from './routes.ts'
export { sweepAuthorizations } from './sweep.ts'
