import { inspect } from 'node:util'
import { registerSecret } from './registered.ts'

/**
 * A secret value that prints as `[secret]` everywhere: in templates, JSON, `console.log` and log lines. Constructing one
 * also masks its value wherever the sanitizer meets it.
 *
 * @param value the secret itself
 * @param options.register false for values that come and go in their thousands (hashes of sessions, one-time codes)
 * @example const key = new Secret(process.env.LLM_API_KEY ?? ''); fetch(url, { headers: { authorization: key.reveal() } })
 */
export class Secret {
  readonly #value: string

  constructor(value: string, options: { register?: boolean } = {}) {
    this.#value = value
    if (options.register !== false) registerSecret(value)
  }

  /** The value itself. Call it only where the value leaves for its purpose. */
  reveal(): string {
    return this.#value
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [Symbol.toPrimitive](): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
