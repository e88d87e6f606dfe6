import type { Attachment, ChatMessage } from './chat-request.ts'
import { readDataUrl } from './data-url.ts'
import { badRequest } from './errors.ts'
import { readImageSize } from './image-size.ts'
import { isObject } from './json-object.ts'

type Content = Pick<ChatMessage, 'texts' | 'attachments'>

/** Reads a message's `content`: a string, or parts (text, image_url, file, refusal). */
export function readContent(
  value: unknown,
  role: ChatMessage['role'],
  mayBeEmpty: boolean,
  param: string,
): Content {
  if (typeof value === 'string') return { texts: [value], attachments: [] }
  if (value === undefined || value === null) {
    if (role === 'assistant' || mayBeEmpty) return { texts: [], attachments: [] }
    throw badRequest(`Invalid value for '${param}': expected a string, got null.`, param)
  }
  if (!Array.isArray(value)) {
    throw badRequest(`Invalid type for '${param}': expected a string or an array of parts.`, param)
  }
  const content: Content = { texts: [], attachments: [] }
  value.forEach((part: unknown, index) => {
    readPart(part, role, content, `${param}[${index}]`)
  })
  return content
}

function readPart(part: unknown, role: string, content: Content, param: string): void {
  const type = isObject(part) ? part.type : undefined
  if (!isObject(part) || typeof type !== 'string') {
    throw badRequest(`Missing required parameter: '${param}.type'.`, `${param}.type`)
  }
  if (type === 'text' || type === 'refusal') {
    const text = part[type]
    if (typeof text !== 'string') {
      throw badRequest(`Missing required parameter: '${param}.${type}'.`, `${param}.${type}`)
    }
    content.texts.push(text)
    return
  }
  if (role !== 'user') {
    throw badRequest(`Invalid '${param}': ${type} parts are only allowed in user messages.`, param)
  }
  if (type === 'image_url') content.attachments.push(readImage(part.image_url, param))
  else if (type === 'file') content.attachments.push(readFile(part.file, param))
  else {
    throw badRequest(
      `Invalid value: '${type}'. Supported values are: text, image_url, file.`,
      `${param}.type`,
      'invalid_value',
    )
  }
}

const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp']

function readImage(image: unknown, param: string): Attachment {
  const url = isObject(image) ? image.url : undefined
  if (typeof url !== 'string') {
    throw badRequest(`Missing required parameter: '${param}.image_url.url'.`, param)
  }
  if (/^https?:/i.test(url)) {
    // A stand-in makes no outbound request; the app should send the bytes it has checked.
    throw badRequest(
      `Invalid '${param}.image_url.url': the sandbox fetches nothing; send a data: URL.`,
      `${param}.image_url.url`,
      'invalid_image_url',
    )
  }
  const { bytes } = readDataUrl(url, `${param}.image_url.url`)
  const size = readImageSize(bytes)
  if (!size || !IMAGE_TYPES.includes(size.mediaType)) {
    throw badRequest(
      'You uploaded an unsupported image. Please make sure your image has one of the following formats: png, jpeg, gif, webp.',
      `${param}.image_url.url`,
      'invalid_image_format',
    )
  }
  return { kind: 'image', byteLength: bytes.length, ...size }
}

function readFile(file: unknown, param: string): Attachment {
  if (!isObject(file) || typeof file.file_data !== 'string') {
    throw badRequest(
      `Missing required parameter: '${param}.file.file_data'. The sandbox keeps no uploaded files.`,
      `${param}.file.file_data`,
    )
  }
  if (typeof file.filename !== 'string' || file.filename === '') {
    throw badRequest(`Missing required parameter: '${param}.file.filename'.`, `${param}.file`)
  }
  const { mediaType, bytes } = readDataUrl(file.file_data, `${param}.file.file_data`)
  if (mediaType === 'application/pdf' && !bytes.subarray(0, 1024).includes('%PDF-')) {
    throw badRequest(
      `Invalid file data: '${param}.file.file_data'. The bytes are not a PDF.`,
      `${param}.file.file_data`,
      'invalid_value',
    )
  }
  return { kind: 'file', name: file.filename, mediaType, bytes }
}
