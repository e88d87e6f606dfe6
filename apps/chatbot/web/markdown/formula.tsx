import { memo, useLayoutEffect, useRef } from 'react'
import classes from './markdown.module.css'

export type DrawFormula = (source: string, element: HTMLElement, displayMode: boolean) => void

/** Mathematics; read aloud by its MathML, which stands beside what is seen. */
export const Formula = memo(function Formula({
  source,
  display,
  draw,
}: {
  source: string
  display: boolean
  draw: DrawFormula
}) {
  const place = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    if (place.current !== null) draw(source, place.current, display)
  }, [source, display, draw])
  return <span ref={place} className={display ? classes.display : undefined} data-raw />
})
