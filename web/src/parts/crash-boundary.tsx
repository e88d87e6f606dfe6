import { Button } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useMessages } from '../messages.ts'
import { ErrorState } from './error-state.tsx'

/** Keeps a fault in one part of the page from blanking the rest. */
export class CrashBoundary extends Component<{ children: ReactNode }, { error?: unknown }> {
  override state: { error?: unknown } = {}

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override render() {
    if (!('error' in this.state)) return this.props.children
    return <Crash error={this.state.error} />
  }
}

/** What a crashed page shows; also the router's error component. */
export function Crash({ error }: { error: unknown }) {
  const t = useMessages('parts')
  return (
    <ErrorState
      error={error}
      actions={<Button onClick={() => location.reload()}>{t('error.reload')}</Button>}
    />
  )
}
