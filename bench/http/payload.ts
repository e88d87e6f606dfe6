import { z } from 'zod'

/** What every stack answers: some 300 bytes of JSON, the size of a small record. */
export const payload = {
  id: '7c779178-21ac-4ad0-9396-2171a73c76a6',
  title: 'Harbour plan for the west pier',
  owner: 'hanako@example.jp',
  pinned: false,
  archived: false,
  createdAt: '2026-11-22T02:17:28.941Z',
  updatedAt: '2026-11-22T02:17:28.960Z',
  usage: { inputTokens: 156, outputTokens: 129, costUsd: 0.000168 },
}

export const payloadSchema = z.object({
  id: z.string(),
  title: z.string(),
  owner: z.string(),
  pinned: z.boolean(),
  archived: z.boolean(),
  createdAt: z.string(),
  updatedAt: z.string(),
  usage: z.object({ inputTokens: z.number(), outputTokens: z.number(), costUsd: z.number() }),
})

export const PATH = '/api/bench/record'
