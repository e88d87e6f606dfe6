import { inspect } from 'node:util'
import { registerSecret } from '@minato/platform/log'

/**
 * A value whose references are filled in. It prints as `[secret]` everywhere and gives its content once; while it
 * is held, the log masks every secret in it. Dispose of it when the container has it.
 *
 * @example
 * using resolved = await resolveReferences(services, who, config.env, job.signal)
 * await createContainer({ Env: resolved.reveal() })
 */
export class Resolved<T> {
  #value: { content: T } | undefined
  #forget: (() => void)[]

  constructor(content: T, secrets: Iterable<string>) {
    this.#value = { content }
    this.#forget = [...secrets].map((secret) => registerSecret(secret))
  }

  /** @throws {Error} the second time: what was revealed should be on its way, not looked up again. */
  reveal(): T {
    const value = this.#value
    if (value === undefined) throw new Error('A resolved value can be revealed once.')
    this.#value = undefined
    return value.content
  }

  [Symbol.dispose](): void {
    this.#value = undefined
    for (const forget of this.#forget) forget()
    this.#forget = []
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspect.custom](): string {
    return '[secret]'
  }
}
