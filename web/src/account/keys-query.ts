import { api } from '../api.ts'

export type ApiKey = {
  id: string
  name: string | null
  prefix: string
  scopes: string[] | null
  createdAt: string
  expiresAt: string | null
  lastUsedAt: string | null
}

export const keysQuery = {
  queryKey: ['account', 'keys'],
  queryFn: () => api.get<{ items: ApiKey[] }>('/api/auth/keys'),
}
