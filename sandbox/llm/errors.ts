/** The error body every OpenAI-compatible server sends; the official client reads these fields. */
export type OpenAiErrorBody = {
  error: { message: string; type: string; param: string | null; code: string | null }
}

export class OpenAiError extends Error {
  readonly status: number
  readonly type: string
  readonly param: string | null
  readonly code: string | null

  constructor(
    status: number,
    message: string,
    detail: { type?: string; param?: string | null; code?: string | null } = {},
  ) {
    super(message)
    this.name = 'OpenAiError'
    this.status = status
    this.type = detail.type ?? 'invalid_request_error'
    this.param = detail.param ?? null
    this.code = detail.code ?? null
  }

  toBody(): OpenAiErrorBody {
    const { message, type, param, code } = this
    return { error: { message, type, param, code } }
  }
}

export const badRequest = (message: string, param: string | null = null, code?: string) =>
  new OpenAiError(400, message, { param, code: code ?? null })

export const modelNotFound = (model: string) =>
  new OpenAiError(404, `The model \`${model}\` does not exist or you do not have access to it.`, {
    param: 'model',
    code: 'model_not_found',
  })
