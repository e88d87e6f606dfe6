import { createContext, type RefObject, useContext, useEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { usePrinting } from './use-printing.ts'

/** The element that scrolls. */
export const ScrollRoot = createContext<RefObject<HTMLElement | null>>({ current: null })

/**
 * True once an element has come near what is seen, and from then on. A conversation of a thousand
 * messages draws its Markdown as one scrolls; the plain text is there from the beginning, so that
 * searching in the page finds it.
 */
export function useNear(target: RefObject<HTMLElement | null>, atOnce: boolean): boolean {
  const root = useContext(ScrollRoot)
  const printing = usePrinting()
  const [near, setNear] = useState(atOnce)
  useEffect(() => {
    const element = target.current
    const scroller = root.current
    if (near || element === null || scroller === null) return
    return watch(scroller, element, () => setNear(true))
  }, [near, target, root])
  return near || printing
}

/** What is drawn in one frame beside the scrolling itself. */
const BUDGET_MS = 5

const watchers = new WeakMap<HTMLElement, IntersectionObserver>()
const drawers = new WeakMap<Element, () => void>()
const waiting = new Set<Element>()
let scheduled = false

function watch(scroller: HTMLElement, element: HTMLElement, draw: () => void): () => void {
  const watcher =
    watchers.get(scroller) ?? new IntersectionObserver(arrived, watcherOptions(scroller))
  watchers.set(scroller, watcher)
  drawers.set(element, draw)
  watcher.observe(element)
  return () => {
    waiting.delete(element)
    watcher.unobserve(element)
  }
}

const watcherOptions = (root: HTMLElement) => ({ root, rootMargin: '150% 0px' })

/** Who flies past a message does not wait for it to be drawn: what has left again is let go. */
function arrived(entries: IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (isIntersecting) waiting.add(target)
    else waiting.delete(target)
  }
  schedule()
}

function schedule(): void {
  if (scheduled || waiting.size === 0) return
  scheduled = true
  requestAnimationFrame(drawSome)
}

/** The newest arrivals first: they are where the reader is going. */
function drawSome(): void {
  const started = performance.now()
  for (const element of [...waiting].reverse()) {
    waiting.delete(element)
    flushSync(() => drawers.get(element)?.())
    if (performance.now() - started > BUDGET_MS) break
  }
  scheduled = false
  schedule()
}
