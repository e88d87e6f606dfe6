import { useSyncExternalStore } from 'react'
import type { TokenUsage } from '../shapes.ts'

/** A question on its way, before the server has given it an id. */
export type Sending = { text: string; files: readonly File[]; parentId: string | null }

/**
 * The answer a conversation waits for. A conversation has at most one: the server refuses a second
 * question while it writes.
 */
export type Running = {
  /** `lost`: the connection could not be had again; the server may still be writing. */
  phase: 'sending' | 'writing' | 'stopping' | 'lost'
  /** From 0 to 1, while files are being sent. */
  sent: number
  /** The question on its way; null for another answer to a known question. */
  sending: Sending | null
  questionId: string | null
  answerId: string | null
  text: string
  usage: TokenUsage | null
}

const running = new Map<string, Running>()
const listeners = new Set<() => void>()
const DRAW_EVERY_MS = 40

export function runningAnswer(conversationId: string): Running | undefined {
  return running.get(conversationId)
}

export function setRunning(conversationId: string, next: Running | undefined): void {
  if (next === undefined) running.delete(conversationId)
  else running.set(conversationId, next)
  tell()
}

export function changeRunning(conversationId: string, change: Partial<Running>): void {
  const old = running.get(conversationId)
  if (old !== undefined) setRunning(conversationId, { ...old, ...change })
}

let drawing: ReturnType<typeof setTimeout> | undefined

/** Text comes faster than a screen can show it: listeners hear of it 25 times a second. */
export function appendText(conversationId: string, text: string): void {
  const old = running.get(conversationId)
  if (old === undefined) return
  running.set(conversationId, { ...old, text: old.text + text })
  drawing ??= setTimeout(tell, DRAW_EVERY_MS)
}

function tell(): void {
  clearTimeout(drawing)
  drawing = undefined
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A part of it; drawn again only when that part has changed. */
export function useRunning<T>(
  conversationId: string,
  part: (running: Running | undefined) => T,
): T {
  return useSyncExternalStore(subscribe, () => part(running.get(conversationId)))
}
