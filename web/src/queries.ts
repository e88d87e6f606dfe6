import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { somebodyIsHere } from './activity.ts'
import { api } from './api.ts'
import { queryClient } from './session.ts'

type Query = Record<string, string | number | undefined>
type Page<T> = { items: T[]; nextCursor: string | null }

/** What is asked for by itself stops when nobody is there. */
function every(refetchMs: number | undefined) {
  if (refetchMs === undefined) return {}
  return { refetchInterval: () => (somebodyIsHere() ? refetchMs : false) }
}

/**
 * What an app's pages ask their server. Paths are below /api/<app>, or whole ones that begin with /api/.
 *
 * @example
 * export const { useAnswer, useList, refresh } = createQueries('notes')
 * const tags = useAnswer<Tag[]>('/tags')
 */
export function createQueries(app: string) {
  const address = (path: string) => (path.startsWith('/api/') ? path : `/api/${app}${path}`)
  // The pages of a list and a single answer differ in shape, also where both come from one address.
  const keyOf = (kind: 'answer' | 'list', path: string, query: Query) =>
    [app, kind, path, query] as const
  return {
    /** What one address answers. */
    useAnswer<T>(path: string, query: Query = {}, refetchMs?: number) {
      return useQuery({
        queryKey: keyOf('answer', path, query),
        queryFn: ({ signal }) => api.get<T>(address(path), { query, signal }),
        placeholderData: keepPreviousData,
        ...every(refetchMs),
      })
    },
    /** A list, page by page; while a filter changes the old rows stay. */
    useList<T>(path: string, query: Query = {}, refetchMs?: number) {
      const list = useInfiniteQuery({
        queryKey: keyOf('list', path, query),
        queryFn: ({ pageParam, signal }) =>
          api.get<Page<T>>(address(path), { query: { ...query, cursor: pageParam }, signal }),
        initialPageParam: undefined as string | undefined,
        getNextPageParam: (page) => page.nextCursor ?? undefined,
        placeholderData: keepPreviousData,
        ...every(refetchMs),
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
    },
    /** After a change: everything of this app is asked for again when it is next in sight. */
    refresh: async () => await queryClient.invalidateQueries({ queryKey: [app] }),
  }
}
