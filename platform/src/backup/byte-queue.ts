/** Bytes that arrive in pieces of any size and are taken in the sizes a format asks for. */
export class ByteQueue {
  #pieces: Buffer[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  push(piece: Uint8Array): void {
    if (piece.length === 0) return
    this.#pieces.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length))
    this.#length += piece.length
  }

  /** Exactly so many bytes, or undefined while there are fewer. */
  take(size: number): Buffer | undefined {
    if (size > this.#length) return undefined
    const first = this.#pieces[0]
    this.#length -= size
    if (first !== undefined && first.length >= size) {
      if (first.length === size) this.#pieces.shift()
      else this.#pieces[0] = first.subarray(size)
      return first.subarray(0, size)
    }
    return this.#join(size)
  }

  #join(size: number): Buffer {
    const taken = Buffer.allocUnsafe(size)
    let filled = 0
    let used = 0
    for (const piece of this.#pieces) {
      if (filled === size) break
      const part = piece.subarray(0, size - filled)
      part.copy(taken, filled)
      filled += part.length
      if (part.length < piece.length) this.#pieces[used] = piece.subarray(part.length)
      else used += 1
    }
    this.#pieces.splice(0, used)
    return taken
  }
}
