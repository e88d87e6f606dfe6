import type { L1CacheDriver } from 'bentocache/types'

type Entry = { text: string; bytes: number; expiresAt: number }

/** Least recently used entries leave when the memory is full. One for all namespaces of a process. */
export type Memory = {
  entries: Map<string, Entry>
  bytes: number
  maxBytes: number
}

export function createMemory(maxBytes: number): Memory {
  return { entries: new Map(), bytes: 0, maxBytes }
}

/** Forgets every key that begins with the prefix. */
export function forget(memory: Memory, prefix: string): void {
  for (const key of memory.entries.keys()) if (key.startsWith(prefix)) remove(memory, key)
}

/** The memory level under one prefix, as the library wants it. */
export function memoryLevel(memory: Memory, prefix: string): L1CacheDriver {
  const full = (key: string) => `${prefix}:${key}`
  return {
    type: 'l1',
    namespace: (name) => memoryLevel(memory, full(name)),
    get: (key) => read(memory, full(key)),
    pull(key) {
      const found = read(memory, full(key))
      remove(memory, full(key))
      return found
    },
    set: (key, text, ttlMs) => write(memory, full(key), text, ttlMs),
    getRemainingTtl(key) {
      const entry = memory.entries.get(full(key))
      return entry === undefined ? undefined : Math.max(0, entry.expiresAt - Date.now())
    },
    delete: (key) => remove(memory, full(key)),
    deleteMany(keys) {
      for (const key of keys) remove(memory, full(key))
      return true
    },
    clear: () => forget(memory, full('')),
    disconnect: () => undefined,
  }
}

function read(memory: Memory, key: string): string | undefined {
  const entry = memory.entries.get(key)
  if (entry === undefined) return undefined
  memory.entries.delete(key)
  if (entry.expiresAt <= Date.now()) {
    memory.bytes -= entry.bytes
    return undefined
  }
  memory.entries.set(key, entry) // a Map keeps insertion order: last is most recently used
  return entry.text
}

function write(memory: Memory, key: string, text: string, ttlMs: number | undefined): boolean {
  remove(memory, key)
  const bytes = 2 * (key.length + text.length) + 100
  // An entry that would push out most of the others is not worth keeping.
  if (bytes > memory.maxBytes / 4) return false
  memory.entries.set(key, { text, bytes, expiresAt: Date.now() + (ttlMs ?? Number.MAX_VALUE) })
  memory.bytes += bytes
  for (const oldest of memory.entries.keys()) {
    if (memory.bytes <= memory.maxBytes) break
    remove(memory, oldest)
  }
  return true
}

function remove(memory: Memory, key: string): boolean {
  const entry = memory.entries.get(key)
  if (entry === undefined) return false
  memory.bytes -= entry.bytes
  return memory.entries.delete(key)
}
