import {
  createBucket,
  deleteBucket,
  headBucket,
  listBuckets,
  listObjects,
} from './bucket-operations.ts'
import { S3Error } from './errors.ts'
import { getObject } from './get-object.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
} from './multipart-operations.ts'
import { copyObject, deleteObject, deleteObjects, putObject } from './object-operations.ts'
import type { Operation } from './operation.ts'
import { queryValue, type Target } from './uri.ts'

const read = (name: string, run: Operation['run']): Operation => ({ name, at: 'read', run })
const write = (name: string, run: Operation['run']): Operation => ({ name, at: 'write', run })

const OPERATIONS = {
  listBuckets: read('ListBuckets', listBuckets),
  listObjects: read('ListObjectsV2', listObjects),
  headBucket: read('HeadBucket', headBucket),
  createBucket: write('CreateBucket', createBucket),
  deleteBucket: write('DeleteBucket', deleteBucket),
  getObject: read('GetObject', getObject),
  headObject: read('HeadObject', getObject),
  putObject: write('PutObject', putObject),
  copyObject: write('CopyObject', copyObject),
  deleteObject: write('DeleteObject', deleteObject),
  deleteObjects: write('DeleteObjects', deleteObjects),
  createUpload: write('CreateMultipartUpload', createMultipartUpload),
  uploadPart: write('UploadPart', uploadPart),
  completeUpload: write('CompleteMultipartUpload', completeMultipartUpload),
  abortUpload: write('AbortMultipartUpload', abortMultipartUpload),
  listParts: read('ListParts', listParts),
  listUploads: read('ListMultipartUploads', listMultipartUploads),
}

/** Parameters that only refine an operation; any other names a subresource we do not have. */
const PLAIN =
  /^(?:x-id|x-amz-.*|response-.*|list-type|prefix|delimiter|max-keys|start-after|continuation-token|encoding-type|fetch-owner|uploadid|partnumber|uploads|delete|max-parts|part-number-marker|max-uploads|key-marker|upload-id-marker)$/i

/** Which operation a request asks for; what the stand-in lacks is said, never guessed. */
export function findOperation(
  method: string,
  target: Target,
  place: { bucketName: string; key: string; copies: boolean },
): Operation {
  const has = (name: string) => queryValue(target, name) !== undefined
  const unknown = target.query.find(([name]) => !PLAIN.test(name))
  if (unknown) throw new S3Error('NotImplemented', `The sandbox has no "${unknown[0]}".`)
  const operation =
    place.bucketName === ''
      ? method === 'GET'
        ? OPERATIONS.listBuckets
        : undefined
      : place.key === ''
        ? onBucket(method, has)
        : onObject(method, has, place.copies)
  if (!operation) throw new S3Error('MethodNotAllowed')
  return operation
}

function onBucket(method: string, has: (name: string) => boolean): Operation | undefined {
  switch (method) {
    case 'GET':
      if (has('uploads')) return OPERATIONS.listUploads
      if (has('list-type')) return OPERATIONS.listObjects
      throw new S3Error(
        'NotImplemented',
        'The sandbox lists with ListObjectsV2 (list-type=2) only.',
      )
    case 'HEAD':
      return OPERATIONS.headBucket
    case 'PUT':
      return OPERATIONS.createBucket
    case 'DELETE':
      return OPERATIONS.deleteBucket
    case 'POST':
      return has('delete') ? OPERATIONS.deleteObjects : undefined
    default:
      return undefined
  }
}

function onObject(
  method: string,
  has: (name: string) => boolean,
  copies: boolean,
): Operation | undefined {
  const part = has('uploadId')
  switch (method) {
    case 'GET':
      return part ? OPERATIONS.listParts : OPERATIONS.getObject
    case 'HEAD':
      return OPERATIONS.headObject
    case 'PUT':
      if (part && copies) throw new S3Error('NotImplemented', 'The sandbox has no UploadPartCopy.')
      if (part) return OPERATIONS.uploadPart
      return copies ? OPERATIONS.copyObject : OPERATIONS.putObject
    case 'DELETE':
      return part ? OPERATIONS.abortUpload : OPERATIONS.deleteObject
    case 'POST':
      if (has('uploads')) return OPERATIONS.createUpload
      return part ? OPERATIONS.completeUpload : undefined
    default:
      return undefined
  }
}
