import { createReadStream } from 'node:fs'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { checkReadConditions, readRange } from './conditions.ts'
import { S3Error } from './errors.ts'
import { objectHeaders } from './object-headers.ts'
import { bucketOf, type S3Call, sendEmpty } from './operation.ts'

/** GetObject and HeadObject: conditions, one range, overrides of the response headers. */
export async function getObject(call: S3Call): Promise<void> {
  const { request, response, store } = call
  const bucket = bucketOf(call)
  const record = bucket.objects.get(call.key)
  if (!record) throw new S3Error('NoSuchKey', undefined, { Key: call.key })
  checkReadConditions(request, record)
  const headers = objectHeaders(record, request, call.target)
  const range = readRange(request.headers.range, record.byteLength)
  const start = range?.start ?? 0
  const end = range?.end ?? record.byteLength - 1
  headers['content-length'] = String(end - start + 1)
  if (range) {
    headers['content-range'] = `bytes ${start}-${end}/${record.byteLength}`
    // A checksum of the whole proves nothing about a part; the SDK would compare it.
    for (const name of Object.keys(headers)) {
      if (name.startsWith('x-amz-checksum-')) delete headers[name]
    }
  }
  const status = range ? 206 : 200
  if (request.method === 'HEAD' || record.byteLength === 0) return sendEmpty(call, status, headers)
  response.writeHead(status, headers)
  const file = createReadStream(store.dataFile(bucket, record), { start, end })
  await pipeline(file, fault(call), response)
}

/** Spoils the bytes under way when a scenario says so: one flipped bit, or the line cut. */
function fault(call: S3Call): Transform {
  const { corrupt, cutAfterBytes } = call.does
  let sent = 0
  return new Transform({
    transform(bytes: Buffer, _encoding, callback) {
      if (corrupt === true && sent === 0) bytes[0] = (bytes[0] ?? 0) ^ 1
      sent += bytes.length
      if (typeof cutAfterBytes !== 'number' || sent <= cutAfterBytes) return callback(null, bytes)
      call.response.write(bytes.subarray(0, bytes.length - (sent - cutAfterBytes)), () =>
        call.response.destroy(),
      )
    },
  })
}
