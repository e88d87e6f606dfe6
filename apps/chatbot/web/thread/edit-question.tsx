import { api } from '@minato/web/api'
import { LoadingState } from '@minato/web/loading-state'
import { useMessages } from '@minato/web/messages'
import { notify } from '@minato/web/notices'
import { useEffect, useRef, useState } from 'react'
import { Composer } from '../compose/composer.tsx'
import { useAttachments } from '../compose/use-attachments.ts'
import { fileAddress } from '../queries.ts'
import type { Message, StoredFile } from '../shapes.ts'
import { ask } from '../stream/ask.ts'
import { type KeptEdit, keepEdit, useKeptEdit } from './kept-edits.ts'
import classes from './thread.module.css'

type Props = { conversationId: string; question: Message; onLeave: () => void }

/** The question as it was, with its files, to be asked in other words on a branch of its own. */
export function EditQuestion(props: Props) {
  const t = useMessages('chatbot')
  const { id, files } = props.question
  const kept = useKeptEdit(id)
  const [fetched, setFetched] = useState<readonly File[] | undefined>(
    files.length === 0 ? [] : kept?.files,
  )
  useEffect(() => {
    if (fetched !== undefined) return
    const aborter = new AbortController()
    Promise.all(files.map((file) => original(file, aborter.signal))).then(setFetched, () => {
      if (aborter.signal.aborted) return
      notify({ tone: 'error', title: t('compose.filesLost') })
      setFetched([])
    })
    return () => aborter.abort()
  }, [files, fetched, t])
  if (fetched === undefined) return <LoadingState lines={2} />
  return <Editor {...props} files={kept?.files ?? fetched} kept={kept} />
}

function Editor({
  conversationId,
  question,
  onLeave,
  files,
  kept,
}: Props & { files: readonly File[]; kept: KeptEdit | undefined }) {
  const attachments = useAttachments(files)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // Newer browsers give a promise back, which is no cleanup.
    void place.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div ref={place} className={classes.editor}>
      <Composer
        initialText={kept?.text ?? question.content}
        refusal={kept?.problem}
        attachments={attachments}
        onSend={async (written) => {
          const { text, files } = written
          keepEdit(question.id, { text, files })
          try {
            await ask(conversationId, { ...written, parentId: question.parentId })
          } catch (problem) {
            keepEdit(question.id, { text, files, problem })
            throw problem
          }
          onLeave()
        }}
        onCancel={onLeave}
        autoFocus
      />
    </div>
  )
}

async function original({ id, name, contentType }: StoredFile, signal: AbortSignal): Promise<File> {
  const response = await api.raw(fileAddress(id), { signal })
  return new File([await response.blob()], name, { type: contentType })
}
