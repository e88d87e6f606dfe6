import { api } from '@minato/web/api'
import { queryClient } from '@minato/web/session'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import type { List } from './shapes.ts'

type Query = Record<string, string | number | undefined>

/** The pages of a list and a single answer differ in shape, also where both come from one address. */
const keyOf = (kind: 'answer' | 'list', path: string, query: Query) =>
  ['operations', kind, path, query] as const

/** What one address of the app answers. */
export function useAnswer<T>(path: string, query: Query = {}, refetchMs?: number) {
  return useQuery({
    queryKey: keyOf('answer', path, query),
    queryFn: ({ signal }) => api.get<T>(`/api/operations${path}`, { query, signal }),
    placeholderData: keepPreviousData,
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  })
}

/** A list, page by page; while a filter changes the old rows stay. */
export function useList<T>(path: string, query: Query = {}, refetchMs?: number) {
  const list = useInfiniteQuery({
    queryKey: keyOf('list', path, query),
    queryFn: ({ pageParam, signal }) =>
      api.get<List<T>>(path.startsWith('/api/') ? path : `/api/operations${path}`, {
        query: { ...query, cursor: pageParam },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    ...(refetchMs === undefined ? {} : { refetchInterval: refetchMs }),
  })
  return {
    ...list,
    rows: list.data?.pages.flatMap((page) => page.items) ?? [],
    more: {
      has: list.hasNextPage,
      load: () => list.fetchNextPage(),
      busy: list.isFetchingNextPage,
    },
  }
}

/** After a change: everything of this app is asked for again when it is next in sight. */
export async function refresh(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['operations'] })
}
