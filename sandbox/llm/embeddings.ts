import { createHash } from 'node:crypto'
import { bigrams } from './bigrams.ts'
import { badRequest } from './errors.ts'
import { isObject } from './json-object.ts'
import { countTokens } from './tokens.ts'

const DEFAULT_DIMENSIONS = 256
const MAX_DIMENSIONS = 4096
const MAX_INPUTS = 2048

export type EmbeddingRequest = {
  model: string
  inputs: string[]
  dimensions: number
  base64: boolean
}

const PARAMETERS = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user'])

export function parseEmbeddingRequest(body: unknown): EmbeddingRequest {
  if (!isObject(body)) throw badRequest('The request body must be a JSON object.')
  for (const name of Object.keys(body)) {
    if (!PARAMETERS.has(name)) {
      throw badRequest(`Unrecognized request argument supplied: ${name}`, name, 'unknown_parameter')
    }
  }
  if (typeof body.model !== 'string') {
    throw badRequest("Missing required parameter: 'model'.", 'model')
  }
  const dimensions = body.dimensions ?? DEFAULT_DIMENSIONS
  const whole = typeof dimensions === 'number' && Number.isInteger(dimensions)
  if (!whole || dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    throw badRequest(`Invalid 'dimensions': expected 1 to ${MAX_DIMENSIONS}.`, 'dimensions')
  }
  const format = body.encoding_format ?? 'float'
  if (format !== 'float' && format !== 'base64') {
    throw badRequest("Invalid 'encoding_format': expected float or base64.", 'encoding_format')
  }
  return {
    model: body.model,
    inputs: readInputs(body.input),
    dimensions,
    base64: format === 'base64',
  }
}

function readInputs(value: unknown): string[] {
  const inputs: unknown[] = Array.isArray(value) ? value : [value]
  if (inputs.length === 0 || inputs.length > MAX_INPUTS) {
    throw badRequest(`Invalid 'input': expected 1 to ${MAX_INPUTS} texts.`, 'input')
  }
  return inputs.map((input) => {
    if (typeof input === 'string' && input !== '') return input
    throw badRequest("Invalid 'input': each input must be a text that is not empty.", 'input')
  })
}

/**
 * Hashes each character bigram to a few places of the vector (the hashing trick) and normalises
 * it: the same text always gives the same vector, and texts that share wording lie close.
 */
function embed(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions)
  const grams = bigrams(text)
  if (grams.size === 0) grams.add(text)
  for (const gram of grams) {
    const hash = createHash('sha256').update(gram).digest()
    for (let i = 0; i < 4; i++) {
      const place = hash.readUInt32LE(i * 4) % dimensions
      const sign = (hash[16 + i] ?? 0) & 1 ? 1 : -1
      vector[place] = (vector[place] ?? 0) + sign
    }
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

export function embeddingBody(request: EmbeddingRequest): object {
  const tokens = request.inputs.reduce((sum, input) => sum + countTokens(input), 0)
  const data = request.inputs.map((input, index) => {
    const vector = embed(input, request.dimensions)
    const embedding = request.base64
      ? Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
      : Array.from(vector)
    return { object: 'embedding', index, embedding }
  })
  const usage = { prompt_tokens: tokens, total_tokens: tokens }
  return { object: 'list', data, model: request.model, usage }
}
