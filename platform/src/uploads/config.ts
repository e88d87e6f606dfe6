import { defineConfig, integer, url, type Values, variable } from '../config/index.ts'

const variables = {
  clamdUrl: variable('CLAMD_URL', url('tcp').optional(), {
    describe: 'virus scanner (clamd) that every upload passes; unset: none',
    example: 'tcp://clamd:3310',
  }),
  maxPixels: variable('UPLOADS_MAX_PIXELS', integer(1_000_000, 1_000_000_000).default(50_000_000), {
    describe: 'most pixels an uploaded image may have, all frames together',
  }),
}

export type UploadsConfig = Values<typeof variables>

/** What uploads must pass on any installation; sizes, counts and types are each route's own. */
export const uploadsConfig = defineConfig(variables)
