import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isChecksumAlgorithm } from './checksums.ts'
import { checkWriteConditions } from './conditions.ts'
import { S3Error } from './errors.ts'
import { readObjectHeaders } from './object-headers.ts'
import { checkKey, checksumHeaders } from './object-operations.ts'
import { bucketOf, type S3Call, sendEmpty, sendXml } from './operation.ts'
import { receive, receiveText } from './receive.ts'
import type { Part, Upload } from './uploads.ts'
import { queryValue } from './uri.ts'
import { childText, readXml, writeXml, type XmlNode } from './xml.ts'

const MAX_PART_NUMBER = 10_000
const MIN_PART_BYTES = 5 * 1024 ** 2

export async function createMultipartUpload(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  checkKey(call.key)
  const upload = await call.uploads.create(bucket.name, call.key, readObjectHeaders(call.request))
  const algorithm = call.request.headers['x-amz-checksum-algorithm']
  const headers = typeof algorithm === 'string' ? { 'x-amz-checksum-algorithm': algorithm } : {}
  const content = { Bucket: bucket.name, Key: call.key, UploadId: upload.id }
  sendXml(call, writeXml('InitiateMultipartUploadResult', content), headers)
}

function uploadOf(call: S3Call): Upload {
  const bucket = bucketOf(call)
  const upload = call.uploads.find(bucket.name, call.key, queryValue(call.target, 'uploadId') ?? '')
  if (!upload) throw new S3Error('NoSuchUpload')
  return upload
}

export async function uploadPart(call: S3Call): Promise<void> {
  const upload = uploadOf(call)
  const number = Number(queryValue(call.target, 'partNumber'))
  if (!Number.isInteger(number) || number < 1 || number > MAX_PART_NUMBER) {
    const message = `Part number must be an integer between 1 and ${MAX_PART_NUMBER}, inclusive`
    throw new S3Error('InvalidArgument', message)
  }
  const received = await receive(call.request, call.auth, call.store.temporary)
  const part = await call.uploads.addPart(upload, number, received)
  sendEmpty(call, 200, { etag: part.etag, ...checksumHeaders(part) })
}

export async function abortMultipartUpload(call: S3Call): Promise<void> {
  await call.uploads.drop(uploadOf(call))
  sendEmpty(call, 204)
}

export async function listParts(call: S3Call): Promise<void> {
  const upload = uploadOf(call)
  const most = Math.min(1000, Number(queryValue(call.target, 'max-parts') ?? 1000))
  const after = Number(queryValue(call.target, 'part-number-marker') ?? 0)
  const parts = [...upload.parts.values()]
    .filter((part) => part.number > after)
    .sort((a, b) => a.number - b.number)
  const page = parts.slice(0, most)
  const content = {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: after,
    NextPartNumberMarker: page.at(-1)?.number,
    MaxParts: most,
    IsTruncated: parts.length > page.length,
    Part: page.map((part) => ({
      PartNumber: part.number,
      LastModified: part.lastModified,
      ETag: part.etag,
      Size: part.byteLength,
    })),
  }
  sendXml(call, writeXml('ListPartsResult', content))
}

export async function listMultipartUploads(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  const prefix = queryValue(call.target, 'prefix') ?? ''
  const uploads = call.uploads.list(bucket.name).filter((upload) => upload.key.startsWith(prefix))
  const content = {
    Bucket: bucket.name,
    Prefix: prefix,
    MaxUploads: 1000,
    IsTruncated: false,
    Upload: uploads.map((upload) => ({
      Key: upload.key,
      UploadId: upload.id,
      Initiated: upload.createdAt,
      StorageClass: 'STANDARD',
    })),
  }
  sendXml(call, writeXml('ListMultipartUploadsResult', content))
}

export async function completeMultipartUpload(call: S3Call): Promise<void> {
  const bucket = bucketOf(call)
  const upload = uploadOf(call)
  const root = readXml(await receiveText(call.request, call.auth, call.store.temporary))
  if (root.name !== 'CompleteMultipartUpload') throw new S3Error('MalformedXML')
  const parts = chosenParts(
    upload,
    root.children.filter((child) => child.name === 'Part'),
  )
  checkWriteConditions(call.request, bucket.objects.get(upload.key))
  const file = join(call.store.temporary, `${randomUUID()}.part`)
  const output = createWriteStream(file)
  for (const part of parts) {
    const last = part === parts.at(-1)
    await pipeline(createReadStream(call.uploads.partFile(upload, part)), output, { end: last })
  }
  const byteLength = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const { key, given } = upload
  const etag = compositeEtag(parts)
  await call.store.put(bucket, { key, file, byteLength, etag, checksums: {}, ...given })
  await call.uploads.drop(upload)
  const location = `/${bucket.name}/${key}`
  const content = { Location: location, Bucket: bucket.name, Key: key, ETag: etag }
  sendXml(call, writeXml('CompleteMultipartUploadResult', content))
}

/** The parts the caller lists: in order, known, unchanged, and none but the last too small. */
function chosenParts(upload: Upload, nodes: XmlNode[]): Part[] {
  if (nodes.length === 0) throw new S3Error('MalformedXML')
  const numbers = nodes.map((node) => Number(childText(node, 'PartNumber')))
  if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0))) {
    throw new S3Error('InvalidPartOrder')
  }
  return nodes.map((node, index) => {
    const number = numbers[index] ?? 0
    const part = upload.parts.get(number)
    if (!part || !matches(part, node)) {
      throw new S3Error('InvalidPart', undefined, { PartNumber: String(number) })
    }
    if (index < nodes.length - 1 && part.byteLength < MIN_PART_BYTES) {
      const sizes = {
        ProposedSize: String(part.byteLength),
        MinSizeAllowed: String(MIN_PART_BYTES),
      }
      throw new S3Error('EntityTooSmall', undefined, { ...sizes, PartNumber: String(number) })
    }
    return part
  })
}

function matches(part: Part, node: XmlNode): boolean {
  const unquoted = (text: string | undefined) => (text ?? '').replaceAll('"', '')
  if (unquoted(childText(node, 'ETag')) !== unquoted(part.etag)) return false
  return node.children.every((child) => {
    const name = child.name.replace(/^Checksum/, '').toLowerCase()
    if (name === child.name.toLowerCase() || !isChecksumAlgorithm(name)) return true
    return part.checksums[name] === undefined || part.checksums[name] === child.text
  })
}

function compositeEtag(parts: Part[]): string {
  const hash = createHash('md5')
  for (const part of parts) hash.update(Buffer.from(part.etag.replaceAll('"', ''), 'hex'))
  return `"${hash.digest('hex')}-${parts.length}"`
}
