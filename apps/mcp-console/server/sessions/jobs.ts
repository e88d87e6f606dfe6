import { defineJob } from '@minato/platform/jobs'
import { z } from 'zod'
import type { ConsoleServices } from '../config.ts'
import { cleanSession } from './end-session.ts'
import { runInSession } from './run-in-session.ts'
import { runBody } from './schema.ts'
import { startSession } from './start-session.ts'
import { findSession } from './store.ts'
import { type RunResult, runResult } from './view.ts'

const MINUTE_MS = 60_000

/** Who asked: whose vault is opened, under which sign-in. */
const owner = z.object({ userId: z.uuid(), sessionId: z.string() })

export const startJob = defineJob({
  name: 'mcp-console.session-start',
  title: { en: 'Start a session', ja: 'セッションの開始' },
  input: z.object({ sessionId: z.uuid(), who: owner }),
  timeoutMs: 14 * MINUTE_MS,
  concurrency: 3,
  async run(services: ConsoleServices, { sessionId, who }, job): Promise<{ sessionId: string }> {
    await startSession(services, who, sessionId, job.signal)
    return { sessionId }
  },
})

/** A tool or a command; longer than the longest run may take, so that the run's own limit decides. */
export const runJob = defineJob({
  name: 'mcp-console.session-run',
  title: { en: 'Run in a session', ja: 'セッションでの実行' },
  input: z.object({ sessionId: z.uuid(), run: runBody }),
  timeoutMs: 7 * MINUTE_MS,
  concurrency: 10,
  async run(services: ConsoleServices, { sessionId, run }, job): Promise<RunResult> {
    return runResult(await runInSession(services, job.id, sessionId, run, job.signal))
  },
})

export const endJob = defineJob({
  name: 'mcp-console.session-end',
  title: { en: 'End a session', ja: 'セッションの終了' },
  input: z.object({ sessionId: z.uuid() }),
  timeoutMs: 2 * MINUTE_MS,
  concurrency: 3,
  async run(services: ConsoleServices, { sessionId }): Promise<{ sessionId: string }> {
    const session = await findSession(services.db, sessionId)
    if (session?.state === 'ending') await cleanSession(services, session)
    return { sessionId }
  },
})
