import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'

/** The door through which every byte to the object store leaves. */
export type OutboundHandler = { requestHandler(trust: 'config'): unknown }

export type S3Location = { bucket: string; prefix: string }

export type ClientOptions = {
  url: string
  credentials: NonNullable<S3ClientConfig['credentials']>
  outbound: OutboundHandler
}

/** `s3://bucket/prefix?endpoint=…&region=…&forcePathStyle=true` → client, bucket and prefix (with its slash). */
export function createS3Client(options: ClientOptions): S3Location & { client: S3Client } {
  const { hostname, pathname, searchParams } = new URL(options.url)
  const endpoint = searchParams.get('endpoint')
  const prefix = decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '')
  const client = new S3Client({
    region: searchParams.get('region') ?? 'us-east-1',
    ...(endpoint === null ? {} : { endpoint }),
    forcePathStyle: searchParams.get('forcePathStyle') === 'true',
    credentials: options.credentials,
    requestHandler: options.outbound.requestHandler('config') as NonNullable<
      S3ClientConfig['requestHandler']
    >,
    // We send our own SHA-256; the SDK's default CRC trailers are refused by older MinIO and R2.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 3,
  })
  return { client, bucket: hostname, prefix: prefix === '' ? '' : `${prefix}/` }
}
