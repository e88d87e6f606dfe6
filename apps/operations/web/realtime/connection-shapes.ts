export type Connection = {
  id: string
  app: string
  userId: string
  name: string
  email: string
  address: string
  connectedAt: string
  rooms: string[]
}
export type Connections = { items: Connection[]; total: number; nextCursor: null }
