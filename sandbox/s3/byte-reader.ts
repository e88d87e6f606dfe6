import { S3Error } from './errors.ts'

/** Reads lines and counted runs of bytes from a stream, holding no more than one piece of it. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)
  #ended = false

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async #fill(): Promise<boolean> {
    if (this.#ended) return false
    const next = await this.#source.next()
    if (next.done) this.#ended = true
    else this.#held = this.#held.length > 0 ? Buffer.concat([this.#held, next.value]) : next.value
    return !this.#ended
  }

  async atEnd(): Promise<boolean> {
    while (this.#held.length === 0) if (!(await this.#fill())) return true
    return false
  }

  /** A line without its CRLF. */
  async line(maxBytes: number): Promise<string> {
    let end = this.#held.indexOf('\r\n')
    while (end < 0) {
      if (this.#held.length > maxBytes) throw new S3Error('InvalidRequest', 'A line is too long.')
      if (!(await this.#fill())) throw new S3Error('IncompleteBody')
      end = this.#held.indexOf('\r\n')
    }
    const line = this.#held.toString('latin1', 0, end)
    this.#held = this.#held.subarray(end + 2)
    return line
  }

  async *take(byteLength: number): AsyncGenerator<Buffer> {
    let left = byteLength
    while (left > 0) {
      if (await this.atEnd()) throw new S3Error('IncompleteBody')
      const piece = this.#held.subarray(0, left)
      this.#held = this.#held.subarray(piece.length)
      left -= piece.length
      yield piece
    }
  }
}
