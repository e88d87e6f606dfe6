import { Skeleton } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useMessages } from '../messages.ts'

/** True after 200 ms: what is quicker than that would only flicker. */
export function useSlow(afterMs = 200): boolean {
  const [slow, setSlow] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), afterMs)
    return () => clearTimeout(timer)
  }, [afterMs])
  return slow
}

/**
 * The skeleton of the real layout; give your own as children, or a number of lines.
 *
 * @example
 * if (query.isPending) return <LoadingState lines={8} />
 */
export function LoadingState({
  lines = 5,
  height = 18,
  children,
}: {
  lines?: number
  height?: number
  children?: ReactNode
}) {
  const t = useMessages('parts')
  const slow = useSlow()
  return (
    <div aria-busy="true" role="status" data-loading>
      <span className="visually-hidden">{t('loading')}</span>
      {slow && (children ?? <SkeletonLines lines={lines} height={height} />)}
    </div>
  )
}

function SkeletonLines({ lines, height }: { lines: number; height: number }) {
  // Uneven as text is, and the same each time.
  const widths = [92, 74, 83, 61, 88, 69]
  return Array.from({ length: lines }, (_, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the lines have nothing else
    <Skeleton key={i} height={height} mb={14} width={`${widths[i % widths.length]}%`} />
  ))
}
