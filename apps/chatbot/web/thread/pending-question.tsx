import { useMessages } from '@minato/web/messages'
import { Thumbnail } from '../compose/attachment-list.tsx'
import { useRunning } from '../stream/running-answers.ts'
import classes from './thread.module.css'

/** A question on its way to the server, with how much of its files has left. */
export function PendingQuestion({ conversationId }: { conversationId: string }) {
  const t = useMessages('chatbot')
  const sending = useRunning(conversationId, (running) => running?.sending)
  const percent = useRunning(conversationId, (running) => Math.round((running?.sent ?? 0) * 100))
  const files = sending?.files ?? []
  return (
    <div className={classes.pending}>
      {sending && (
        <article className={classes.question}>
          {files.length > 0 && (
            <ul className={classes.files}>
              {files.map((file, at) => (
                <li key={at} className={classes.file}>
                  <Thumbnail file={file} />
                  <span className={classes.fileName}>{file.name}</span>
                </li>
              ))}
            </ul>
          )}
          {sending.text !== '' && <div className={classes.bubble}>{sending.text}</div>}
        </article>
      )}
      <p className={classes.writing} role="status">
        {files.length > 0 && percent < 100
          ? t('compose.uploading', { percent })
          : t('compose.sending')}
      </p>
      {files.length > 0 && <progress className={classes.progress} max={100} value={percent} />}
    </div>
  )
}
