import { dirname } from 'node:path'
import { testServer } from '../../platform/src/app/testing.ts'
import { errorsPage } from './errors-page.ts'
import { type Paths, routesPage } from './routes-page.ts'

const ROOT = dirname(dirname(import.meta.dirname))

/** The pages of docs/reference that are written from the code, by their paths. */
export async function referencePages(): Promise<Record<string, string>> {
  await using server = await testServer({ worker: false })
  const { paths } = (await server.inject({ url: '/api/docs/json' })).json<{ paths: Paths }>()
  return {
    'docs/reference/errors.md': await errorsPage(ROOT),
    'docs/reference/routes.md': routesPage(paths),
  }
}
