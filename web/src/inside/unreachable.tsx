import { ErrorState } from '../parts/error-state.tsx'

/** The server could not say who is here: nothing of the shell can be shown yet. */
export function Unreachable({ error }: { error: unknown }) {
  return (
    <main style={{ padding: '10vh 24px', maxWidth: 560, margin: '0 auto' }}>
      <ErrorState error={error} onRetry={() => location.reload()} />
    </main>
  )
}
