import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Authenticated } from './authenticate.ts'
import { S3Error } from './errors.ts'
import type { Bucket, ObjectStore } from './object-store.ts'
import type { Uploads } from './uploads.ts'
import type { Target } from './uri.ts'

/** One authenticated request, taken apart. */
export type S3Call = {
  request: IncomingMessage
  response: ServerResponse
  target: Target
  auth: Authenticated
  bucketName: string
  key: string
  store: ObjectStore
  uploads: Uploads
  region: string
  /** Scenario data for this call. */
  does: Record<string, unknown>
}

export type Operation = {
  name: string
  /** At which scenarios act: the store full refuses writes, a corrupt one spoils reads. */
  at: 'read' | 'write'
  run(call: S3Call): Promise<void>
}

export function bucketOf(call: S3Call): Bucket {
  const bucket = call.store.buckets.get(call.bucketName)
  if (!bucket) throw new S3Error('NoSuchBucket', undefined, { BucketName: call.bucketName })
  return bucket
}

export function sendXml(call: S3Call, body: string, headers: Record<string, string> = {}): void {
  call.response.writeHead(200, { 'content-type': 'application/xml', ...headers })
  call.response.end(body)
}

export function sendEmpty(
  call: S3Call,
  status: number,
  headers: Record<string, string> = {},
): void {
  call.response.writeHead(status, headers)
  call.response.end()
}
