import { useMessages } from '@minato/web/messages'
import { type DragEvent, type ReactNode, useRef, useState } from 'react'
import classes from './drop-zone.module.css'

/** Files dropped anywhere on it are attached; what is not a file is left to the browser. */
export function DropZone({
  onFiles,
  children,
}: {
  onFiles: (files: File[]) => void
  children: ReactNode
}) {
  const t = useMessages('chatbot')
  const [over, setOver] = useState(false)
  // Entering a child leaves its parent: only the balance says whether the pointer is still here.
  const depth = useRef(0)
  const move = (event: DragEvent, step: number) => {
    if (!event.dataTransfer.types.includes('Files')) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + step)
    setOver(depth.current > 0)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button beside it does the same by key
    <div
      className={classes.zone}
      onDragEnter={(event) => move(event, 1)}
      onDragOver={(event) => move(event, 0)}
      onDragLeave={(event) => move(event, -1)}
      onDrop={(event) => {
        depth.current = 0
        setOver(false)
        if (event.dataTransfer.files.length === 0) return
        event.preventDefault()
        onFiles([...event.dataTransfer.files])
      }}
    >
      {children}
      {over && <div className={classes.over}>{t('compose.drop')}</div>}
    </div>
  )
}
