import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

const NEAR_PX = 48

/**
 * Keeps the end in sight while an answer grows, unless the reader has scrolled away from it.
 */
export function useStickToEnd(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): { atEnd: boolean; toEnd: () => void } {
  const [atEnd, setAtEnd] = useState(true)
  const sticking = useRef(true)

  const toEnd = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    sticking.current = true
    setAtEnd(true)
    element.scrollTop = element.scrollHeight
  }, [scroller])

  useLayoutEffect(toEnd, [toEnd])
  useEffect(() => {
    const element = scroller.current
    const inside = content.current
    if (element === null || inside === null) return
    let lastTop = element.scrollTop
    const onScroll = () => {
      const away = element.scrollHeight - element.clientHeight - element.scrollTop
      // Content that grows does not scroll upwards; a person does.
      const upwards = element.scrollTop < lastTop - 1
      lastTop = element.scrollTop
      if (away < NEAR_PX) sticking.current = true
      else if (upwards) sticking.current = false
      setAtEnd(sticking.current || away < NEAR_PX)
    }
    const observer = new ResizeObserver(() => {
      // Who edits a question further up stays with it.
      const editing = inside.contains(document.activeElement)
      if (!sticking.current || (editing && inside.querySelector('textarea') !== null)) return
      element.scrollTop = element.scrollHeight
      lastTop = element.scrollTop
    })
    observer.observe(inside)
    observer.observe(element)
    element.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      element.removeEventListener('scroll', onScroll)
    }
  }, [scroller, content])
  return { atEnd, toEnd }
}
