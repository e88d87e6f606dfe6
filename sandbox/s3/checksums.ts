import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'

export type ChecksumAlgorithm = 'crc32' | 'crc32c' | 'crc64nvme' | 'sha1' | 'sha256'

export type Digest = { update(bytes: Buffer): void; base64(): string }

export const CHECKSUM_PREFIX = 'x-amz-checksum-'

const ALGORITHMS: Record<ChecksumAlgorithm, () => Digest> = {
  crc32: () => crc((sum, bytes) => crc32(bytes, sum)),
  crc32c: () => crc(crc32c),
  crc64nvme,
  sha1: () => hash('sha1'),
  sha256: () => hash('sha256'),
}

export function isChecksumAlgorithm(name: string): name is ChecksumAlgorithm {
  return Object.hasOwn(ALGORITHMS, name)
}

export const createChecksum = (algorithm: ChecksumAlgorithm): Digest => ALGORITHMS[algorithm]()

function hash(name: 'sha1' | 'sha256'): Digest {
  const running = createHash(name)
  return { update: (bytes) => void running.update(bytes), base64: () => running.digest('base64') }
}

function crc(step: (sum: number, bytes: Buffer) => number): Digest {
  let sum = 0
  return {
    update(bytes) {
      sum = step(sum, bytes)
    },
    base64() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(sum >>> 0)
      return bytes.toString('base64')
    },
  }
}

/** Castagnoli polynomial, reflected. */
const CRC32C = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})

function crc32c(sum: number, bytes: Buffer): number {
  let running = ~sum
  for (const byte of bytes) running = (running >>> 8) ^ (CRC32C[(running ^ byte) & 0xff] ?? 0)
  return ~running >>> 0
}

/** NVMe polynomial, reflected, kept as two 32-bit halves: BigInt would be ten times slower. */
const CRC64 = (() => {
  const high = new Uint32Array(256)
  const low = new Uint32Array(256)
  for (let index = 0; index < 256; index++) {
    let value = BigInt(index)
    for (let bit = 0; bit < 8; bit++) {
      value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n
    }
    high[index] = Number(value >> 32n)
    low[index] = Number(value & 0xffffffffn)
  }
  return { high, low }
})()

function crc64nvme(): Digest {
  let high = 0xffffffff
  let low = 0xffffffff
  return {
    update(bytes) {
      for (const byte of bytes) {
        const index = (low ^ byte) & 0xff
        low = ((low >>> 8) | (high << 24)) ^ (CRC64.low[index] ?? 0)
        high = (high >>> 8) ^ (CRC64.high[index] ?? 0)
      }
    },
    base64() {
      const bytes = Buffer.alloc(8)
      bytes.writeUInt32BE(~high >>> 0, 0)
      bytes.writeUInt32BE(~low >>> 0, 4)
      return bytes.toString('base64')
    },
  }
}
