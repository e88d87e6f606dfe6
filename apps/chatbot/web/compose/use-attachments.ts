import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { settingsQuery } from '../queries.ts'
import { checkFiles, type Refusal } from './attachment-check.ts'

export type Attachments = {
  files: readonly File[]
  refusals: readonly Refusal[]
  add: (files: readonly File[]) => void
  remove: (file: File) => void
  set: (files: readonly File[]) => void
}

/** The files of the question that is being written. */
export function useAttachments(initial: readonly File[] = []): Attachments {
  const { data: settings } = useQuery(settingsQuery)
  const [files, setFiles] = useState<readonly File[]>(initial)
  const [refusals, setRefusals] = useState<readonly Refusal[]>([])
  return {
    files,
    refusals,
    add(added) {
      if (settings === undefined) return
      const checked = checkFiles(files, added, settings)
      setFiles(checked.files)
      setRefusals(checked.refusals)
    },
    remove(file) {
      setFiles(files.filter((each) => each !== file))
      setRefusals([])
    },
    set(next) {
      setFiles(next)
      setRefusals([])
    },
  }
}
