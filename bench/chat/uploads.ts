import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { startDeployment } from '../deployment.ts'
import { askOnce, conversation, newConversations } from './client.ts'
import { type Model, setPace, startProcess } from './processes.ts'

const TOKENS_PER_SECOND = 20
/** Far more than the uploads take; the stream is left when they are done. */
const TOKENS = 3000
const ALONE_MS = 5000
const UPLOADS = 3

export type Uploads = {
  maxGapAloneMs: number
  maxGapDuringUploadsMs: number
  uploads: number
  uploadMs: number
}

/**
 * One person reads a steady stream while another sends five files of 5 MB, one a large PDF. Their
 * long question goes to a model of its own: one sandbox would hold up the stream by itself.
 */
export async function uploadsBesideStream(
  model: Model,
  env: Record<string, string>,
): Promise<Uploads> {
  await setPace(model, {
    firstTokenMs: 50,
    tokensPerSecond: TOKENS_PER_SECOND,
    answerTokens: TOKENS,
  })
  await using patient = await startProcess<Model>('model')
  await using router = await startProcess<{ url: string }>('proxy', [model.url, patient.url])
  await using server = await startDeployment({ ...env, LLM_URL: `${router.url}/v1` })
  const [key, otherKey] = [await server.newKey(), await server.newKey()]
  const [first = '', second = ''] = await newConversations(server.url, key, 2)
  const theirs = await newConversations(server.url, otherKey, UPLOADS)
  await using uploader = await startProcess('uploader', [server.url, otherKey, ...theirs])
  const alone = await askOnce(conversation(server.url, key, first), {
    signal: AbortSignal.timeout(ALONE_MS),
  })
  const leave = new AbortController()
  const steady = askOnce(conversation(server.url, key, second), { signal: leave.signal })
  await delay(1000)
  const [{ uploadMs }] = await begun(uploader.child)
  leave.abort()
  const beside = await steady
  return {
    maxGapAloneMs: Math.round(alone.maxGapMs),
    maxGapDuringUploadsMs: Math.round(beside.maxGapMs),
    uploads: UPLOADS,
    uploadMs: Math.round(uploadMs),
  }
}

async function begun(child: ChildProcess) {
  child.send('begin')
  return (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`The uploader ended with ${code}; what it said is above.`)
    }),
  ])) as [{ uploadMs: number }]
}
