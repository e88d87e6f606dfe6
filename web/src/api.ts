import { ApiError, problemOf } from './api-error.ts'
import { currentLocale } from './locale.ts'

export { ApiError, type FieldError } from './api-error.ts'

type Query = Record<string, string | number | boolean | null | undefined>

export type RequestOptions = {
  query?: Query
  signal?: AbortSignal
  headers?: Record<string, string>
  /** A 401 is an answer to this request (a wrong password), not the end of the session. */
  ownUnauthorized?: boolean
}

/** What the signed-in part of the shell does about answers that concern the whole page. */
export type ApiWatch = {
  /** The session is gone: leave for the sign-in page. */
  signedOut?: () => void
  /** Asks for the password or a code; true once the server has accepted it. */
  stepUp?: () => Promise<boolean>
}

const watch: ApiWatch = {}

/** Used once by the shell; replaces what was set before. */
export function watchApi(next: ApiWatch): void {
  Object.assign(watch, { signedOut: undefined, stepUp: undefined }, next)
}

/**
 * Same-origin JSON. Every failure is an {@link ApiError} with code, text and request id.
 *
 * @example
 * const page = await api.get<Page<Conversation>>('/api/chatbot/conversations', { query: { limit: 20 } })
 * await api.patch(`/api/chatbot/conversations/${id}`, { title })
 */
export const api = {
  get: <T>(path: string, options?: RequestOptions) => request<T>('GET', path, undefined, options),
  post: <T = void>(path: string, body?: unknown, options?: RequestOptions) =>
    request<T>('POST', path, body, options),
  put: <T = void>(path: string, body?: unknown, options?: RequestOptions) =>
    request<T>('PUT', path, body, options),
  patch: <T = void>(path: string, body?: unknown, options?: RequestOptions) =>
    request<T>('PATCH', path, body, options),
  delete: <T = void>(path: string, options?: RequestOptions) =>
    request<T>('DELETE', path, undefined, options),
  upload,
  raw: send,
}

/** An address under this origin with its query; what is null or undefined is left out. */
export function address(path: string, query: Query = {}): string {
  const url = new URL(path, location.origin)
  if (url.origin !== location.origin) throw new TypeError('api speaks to its own origin only')
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined) url.searchParams.set(name, String(value))
  return url.pathname + url.search
}

async function request<T>(
  method: string,
  path: string,
  body: unknown,
  options: RequestOptions = {},
): Promise<T> {
  const response = await send(path, {
    ...options,
    method,
    ...(body === undefined
      ? {}
      : {
          body: body instanceof FormData ? body : JSON.stringify(body),
          headers: {
            ...(body instanceof FormData ? {} : { 'content-type': 'application/json' }),
            ...options.headers,
          },
        }),
  })
  if (response.status === 204) return undefined as T
  const text = await response.text()
  try {
    return (text === '' ? undefined : JSON.parse(text)) as T
  } catch {
    throw new ApiError({ ...unreadable, status: response.status })
  }
}

const unreadable = { status: 0, code: 'ANSWER_UNREADABLE', title: '', detail: '' }

export type SendOptions = RequestOptions & {
  method?: string
  body?: BodyInit
}

/** One request whose successful answer the caller reads itself (streams, downloads). */
async function send(path: string, options: SendOptions = {}): Promise<Response> {
  const response = await reach(path, options)
  if (response.ok) return response
  const problem = problemOf(response.status, await response.text(), (name) =>
    response.headers.get(name),
  )
  if (await mended(problem, options)) return send(path, { ...options, ownUnauthorized: true })
  throw problem
}

async function reach(path: string, options: SendOptions): Promise<Response> {
  const { query, headers, ownUnauthorized: _, ...init } = options
  try {
    return await fetch(address(path, query), {
      ...init,
      credentials: 'same-origin',
      headers: { accept: 'application/json', 'accept-language': currentLocale(), ...headers },
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    if (error instanceof TypeError && error.message.startsWith('api speaks')) throw error
    throw new ApiError({ status: 0, code: 'NETWORK_UNREACHABLE', title: '', detail: '' })
  }
}

/** True when the request is worth repeating: the person has just proven who they are. */
async function mended(problem: ApiError, options: SendOptions): Promise<boolean> {
  if (problem.status === 401 && !options.ownUnauthorized) watch.signedOut?.()
  // A stream as body can be read once only, so such a request is not repeated.
  if (problem.code !== 'AUTH_STEP_UP_REQUIRED' || options.body instanceof ReadableStream)
    return false
  return (await watch.stepUp?.()) ?? false
}

export type UploadOptions = RequestOptions & {
  method?: string
  /** From 0 to 1, as the bytes leave. */
  onProgress?: (sent: number) => void
}

/** A form with files, with progress: `fetch` cannot tell how much of a body has been sent. */
function upload<T>(path: string, form: FormData, options: UploadOptions = {}): Promise<T> {
  const once = () =>
    new Promise<T>((resolve, reject) => {
      const xhr = new XMLHttpRequest()
      xhr.open(options.method ?? 'POST', address(path, options.query))
      xhr.setRequestHeader('accept', 'application/json')
      xhr.setRequestHeader('accept-language', currentLocale())
      for (const [name, value] of Object.entries(options.headers ?? {}))
        xhr.setRequestHeader(name, value)
      xhr.upload.onprogress = (event) => {
        if (event.lengthComputable) options.onProgress?.(event.loaded / event.total)
      }
      xhr.onload = () => {
        if (xhr.status < 200 || xhr.status > 299)
          return reject(problemOf(xhr.status, xhr.responseText, (n) => xhr.getResponseHeader(n)))
        try {
          resolve((xhr.responseText === '' ? undefined : JSON.parse(xhr.responseText)) as T)
        } catch {
          reject(new ApiError({ ...unreadable, status: xhr.status }))
        }
      }
      xhr.onerror = () =>
        reject(new ApiError({ status: 0, code: 'NETWORK_UNREACHABLE', title: '', detail: '' }))
      xhr.onabort = () => reject(new DOMException('The upload was cancelled', 'AbortError'))
      options.signal?.addEventListener('abort', () => xhr.abort(), { once: true })
      if (options.signal?.aborted) return xhr.onabort?.(new ProgressEvent('abort'))
      xhr.send(form)
    })
  return once().catch(async (error: unknown) => {
    if (error instanceof ApiError && (await mended(error, options))) return once()
    throw error
  })
}
