import { type Deployment, startDeployment } from '../deployment.ts'
import type { Measured } from '../main.ts'
import { rounded } from '../median.ts'
import { type FirstToken, firstToken } from './first-token.ts'
import { type Model, startProcess } from './processes.ts'
import { type ShortAnswers, shortAnswers } from './short-answers.ts'
import { manyStreams, type Streams } from './streams.ts'
import { type Uploads, uploadsBesideStream } from './uploads.ts'

/** What every measurement of this bench is given. */
export type Parts = {
  model: Model
  proxy: { url: string }
  server: Deployment
  key: string
  otherKey: string
}

/** Limits are counted as ever, but out of reach: one person asks for everybody here. */
const ENVIRONMENT = {
  MINATO_ALLOW_SANDBOX: 'model',
  LLM_API_KEY: 'sk-sandbox',
  LLM_MODEL: 'sandbox-main',
  RATE_GENERATION: '999999999/1m',
  RATE_ACTION: '999999999/1m',
  RATE_READ: '999999999/1m',
  RATE_UPLOAD: '999999999/1m',
  LLM_USER_CONCURRENCY: '2000',
  LLM_CONCURRENCY: '2000',
  LLM_MONTHLY_CAP_USD: 'none',
  LLM_MONTHLY_CAP_TOKENS: 'none',
}

/** The chatbot in production's profile; model, proxy, server and this client are processes. */
export async function chat(): Promise<Measured> {
  await using model = await startProcess<Model>('model')
  await using proxy = await startProcess<{ url: string }>('proxy', [model.url])
  const uploads = await uploadsBesideStream(model, ENVIRONMENT)
  await using server = await startDeployment({ ...ENVIRONMENT, LLM_URL: model.llmUrl })
  const keys = { key: await server.newKey(), otherKey: await server.newKey() }
  const parts = { model, proxy, server, ...keys }
  const first = await firstToken(parts)
  const short = await shortAnswers(parts)
  const streams = await manyStreams(parts)
  return {
    json: { database: server.database, firstToken: first, shortAnswers: short, streams, uploads },
    tables: [
      firstTokenTable(first),
      shortTable(short, server.database),
      streamsTable(streams),
      uploadsTable(uploads),
    ],
  }
}

function firstTokenTable(rows: FirstToken[]) {
  return {
    title: 'chat: first token at 10 concurrent (added to the model alone: ≤ 5 ms p50, ≤ 50 ms p99)',
    columns: ['way', 'p50 ms', 'p99 ms', 'added p50', 'added p99'],
    rows: rows.map((row) => [
      row.name,
      rounded(row.p50Ms, 1),
      rounded(row.p99Ms, 1),
      rounded(row.addedP50Ms, 1),
      rounded(row.addedP99Ms, 1),
    ]),
  }
}

function shortTable(rows: ShortAnswers[], database: string) {
  return {
    title: `chat: short answers/s on ${database} (at least 400; median of rounds)`,
    columns: ['way', 'answers/s', 'it ÷ proxy'],
    rows: rows.map((row) => [row.name, row.perSecond, row.ratioToProxy]),
  }
}

function streamsTable(streams: Streams) {
  return {
    title: 'chat: concurrent streams through one process (0 lost, 0 broken, under 400 MB)',
    columns: ['streams', 'tokens/s each', 'broken', 'tokens lost', 'RSS before → most, MB'],
    rows: [
      [
        streams.streams,
        streams.tokensPerSecond,
        streams.broken,
        streams.tokensLost,
        `${streams.rssBeforeMb} → ${streams.rssMb}`,
      ],
    ],
    notes: [
      `Longest pause in a stream: p99 ${streams.maxGapP99Ms} ms; an answer took ${streams.p50TotalMs} ms (p50).`,
      ...streams.reasons,
    ],
  }
}

function uploadsTable(uploads: Uploads) {
  return {
    title: 'chat: longest pause of a steady stream, 20 tokens/s (another person uploads 5 × 5 MB)',
    columns: ['alone, ms', 'during uploads, ms', 'uploads', 'ms each'],
    rows: [
      [uploads.maxGapAloneMs, uploads.maxGapDuringUploadsMs, uploads.uploads, uploads.uploadMs],
    ],
  }
}
