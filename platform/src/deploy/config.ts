import { z } from 'zod'
import { defineConfig, variable } from '../config/index.ts'

/** What a deploy tells the processes it starts about themselves. */
export const deployConfig = defineConfig({
  release: variable('MINATO_RELEASE', z.string().max(300).optional(), {
    describe: 'name of the release that runs, usually its image; recorded with each migration',
    example: 'registry.example/minato:2026-12-01',
  }),
  color: variable('MINATO_COLOR', z.enum(['blue', 'green']).optional(), {
    describe: 'blue or green: which half of the stack this process belongs to',
  }),
})
