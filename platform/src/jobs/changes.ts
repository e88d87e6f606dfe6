import type { Bilingual } from '../config/index.ts'
import type { Claim } from './attempt.ts'
import type { JobsContext } from './context.ts'
import type { Message } from './tables.ts'
import { inBoth, type JobState } from './view.ts'

/** What has become of somebody's job: told by the process where it happens, and may be lost. */
export type JobChange = {
  id: string
  name: string
  title: Bilingual
  ownerId: string
  state: JobState
  /** Null: as it was. */
  progress: number | null
  message: Bilingual | null
}

type Happened = { state: JobState; progress?: number; message?: Message }

/** The system's own jobs are nobody's news. */
export function tellChange(
  { onChange, registered }: Pick<JobsContext, 'onChange' | 'registered'>,
  {
    attempt: { id, name },
    ownerId,
  }: Pick<Claim, 'ownerId'> & { attempt: { id: string; name: string } },
  { state, progress, message }: Happened,
): void {
  if (onChange === undefined || ownerId === null) return
  const title = registered.get(name)?.definition.title ?? { en: name, ja: name }
  onChange({
    id,
    name,
    title,
    ownerId,
    state,
    progress: progress ?? null,
    message: message === undefined ? null : inBoth(message),
  })
}
