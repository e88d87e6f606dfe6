import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { somebodyIsHere } from '../activity.ts'
import { api } from '../api.ts'
import type { Words } from '../app.ts'
import { queryClient } from '../session.ts'
import { changed, type OwnJob, type OwnJobChange } from './own-jobs-list.ts'

/** News may be lost, or not cross processes without Redis: what is shown is looked at again. */
const POLL_MS = 10_000
const MOST = 20

const key = ['own-jobs'] as const

type Listed = OwnJob & { message: Words | null }

/** The jobs that run for this person, kept fresh while somebody is here. */
export function useOwnJobs() {
  return useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => {
      const query = { owner: 'me', state: 'running', limit: MOST }
      const { items } = await api.get<{ items: Listed[] }>('/api/jobs', { query, signal })
      return items.map(({ id, name, title, progress, message }): OwnJob => {
        return { id, name, title, progress, message }
      })
    },
    refetchInterval: () => (somebodyIsHere() ? POLL_MS : false),
    refetchOnWindowFocus: 'always',
    staleTime: 0,
  })
}

/** From then on changes arrive by themselves; the connection is made only where one is wanted. */
export function useLiveJobs(userId: string, wanted: boolean): void {
  useEffect(() => {
    if (!wanted) return
    let leave: (() => void) | undefined
    let gone = false
    void import('../live.ts')
      .then(async ({ joinRoom, liveConnection }) => {
        const socket = await liveConnection('minato')
        if (gone) return
        const onEvent = ({ data }: { data: unknown }) =>
          void queryClient.setQueryData<OwnJob[]>(key, (jobs) =>
            changed(jobs ?? [], data as OwnJobChange),
          )
        leave = joinRoom(socket, `jobs:${userId}`, { onEvent }).leave
      })
      // Without it the list is still looked at every few seconds.
      .catch((error: unknown) => console.warn('No live connection', error))
    return () => {
      gone = true
      leave?.()
    }
  }, [userId, wanted])
}
