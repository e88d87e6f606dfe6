/** What an OAuth provider refuses with (RFC 6749, 5.2). */
export class OAuthRefusal extends Error {
  readonly status: number
  readonly code: string
  constructor(code: string, message: string, status = 400) {
    super(message)
    this.name = 'OAuthRefusal'
    this.status = status
    this.code = code
  }
}
