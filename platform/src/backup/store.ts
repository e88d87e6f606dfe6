/** Where backups lie. Names are `<backup id>/<file>`; a write appears whole or not at all. */
export type BackupStore = {
  kind: 'disk' | 's3'
  /** For people: never holds credentials. */
  place: string
  put(name: string, bytes: Buffer): Promise<void>
  /** Undefined when there is none. */
  get(name: string): Promise<Buffer | undefined>
  /** Every name, or those of one backup. */
  list(id?: string): Promise<string[]>
  delete(name: string): Promise<void>
}
