import { createContext, type RefObject, useContext, useEffect, useState } from 'react'
import { usePrinting } from './use-printing.ts'

/** The element that scrolls. */
export const ScrollRoot = createContext<RefObject<HTMLElement | null>>({ current: null })

const watchers = new WeakMap<HTMLElement, IntersectionObserver>()
const seen = new WeakMap<Element, () => void>()

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
    const watcher = watcherOf(scroller)
    seen.set(element, () => setNear(true))
    watcher.observe(element)
    return () => watcher.unobserve(element)
  }, [near, target, root])
  return near || printing
}

function watcherOf(scroller: HTMLElement): IntersectionObserver {
  const known = watchers.get(scroller)
  if (known !== undefined) return known
  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue
        watcher.unobserve(target)
        seen.get(target)?.()
      }
    },
    { root: scroller, rootMargin: '150% 0px' },
  )
  watchers.set(scroller, watcher)
  return watcher
}
