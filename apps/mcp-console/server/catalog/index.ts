export { catalogItem } from './find-item.ts'
export type { CatalogInput, CatalogItem } from './item.ts'
export { catalogRoutes } from './routes.ts'
export { sourceRoutes } from './source-routes.ts'
