import { createQueries } from '@minato/web/queries'

export const { useAnswer, useList, refresh } = createQueries('mcp-console')
