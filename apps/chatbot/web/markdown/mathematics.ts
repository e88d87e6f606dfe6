import 'katex/dist/katex.min.css'
import katex from 'katex'
import type { Options } from 'react-markdown'
import remarkMath from 'remark-math'

type Plugin = NonNullable<Options['remarkPlugins']>[number]

// Loaded only once an answer has a formula.
export const remarkMathematics: Plugin = [remarkMath, { singleDollarTextMath: false }]

/**
 * Draws a formula into an element, node by node: as HTML text its style attributes would need
 * `unsafe-inline`. `trust` stays off, so that \href and \includegraphics of an answer lead nowhere;
 * `maxExpand` ends macros that grow without end.
 */
export function drawFormula(source: string, element: HTMLElement, displayMode: boolean): void {
  katex.render(source, element, {
    displayMode,
    throwOnError: false,
    errorColor: 'inherit',
    strict: 'ignore',
    trust: false,
    maxExpand: 300,
    maxSize: 20,
  })
}
